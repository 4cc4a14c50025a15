package pysrc

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFields(t *testing.T) {
	for _, test := range []struct {
		src  string
		want []string
	}{
		{`f"{a} and {b.c(1, 'x:y')!r:>8} {{no}}"`, []string{"a", "b.c(1, 'x:y')"}},
		{`"{plain}" f'{ x }' 'y' rf"\d{z:{width}}"`, []string{" x ", "z"}},
		{`f"{x=} {y != 3} {d['k']:.2f} {z[1:2]}"`, []string{"x", "y != 3", "d['k']", "z[1:2]"}},
		{"f'''{a}\n{b}'''", []string{"a", "b"}},
		{`"no {field}"`, nil},
	} {
		f := Parse([]byte("x = " + test.src + "\n"))
		var got []string
		Walk(f, func(n Node) bool {
			if s, ok := n.(*String); ok {
				for _, r := range f.Fields(s) {
					got = append(got, string(f.Src[r.Start:r.End]))
				}
			}
			return true
		})
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", test.src, diff)
		}
	}
}
