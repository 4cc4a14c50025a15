package project

import (
	"bytes"
	"encoding/binary"
	"iter"
	"strings"
)

// sought are the words that a glance looks for in a file, each with three bytes of
// it whose pairs are rare in Python. No two words share a pair.
var sought = []struct{ text, rare string }{
	{".fit", ".fi"},
	{".backward", "kwa"},
	{".partial_fit", "l_f"},
	{".apply_gradients", "y_g"},
	{".minimize", ".mi"},
	{"train", "rai"},
	{"cross_val", "s_v"},
	{"value_and_grad", "ue_"},
	{".grad", ".gr"},
	{optaxWord, "opt"},
	{mainWord, "__m"},
	{importWord, "mpo"},
	{fromWord, "om "},
}

const (
	mainWord   = "__main__"
	optaxWord  = "optax"
	importWord = "import "
	fromWord   = "from "
)

// A spot is a pair of bytes within a word.
type spot struct {
	word   string
	offset int
}

// spots are the pairs of all words; pairs has one more than their index there.
var spots, pairs = func() (spots []spot, pairs [1 << 16]uint8) {
	for _, w := range sought {
		at := strings.Index(w.text, w.rare)
		for offset := at; offset < at+2; offset++ {
			spots = append(spots, spot{w.text, offset})
			pairs[uint16(w.text[offset])|uint16(w.text[offset+1])<<8] = uint8(len(spots))
		}
	}
	return spots, pairs
}()

// sightings are the places of the words in a text. Of two pairs that overlap one
// begins at an even place, so that a look at each of those misses no word; eight
// bytes without a spot, nearly all, cost one branch.
func sightings(text []byte) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i := 0; i+2 <= len(text); i += 2 {
			for i+8 <= len(text) {
				eight := binary.LittleEndian.Uint64(text[i:])
				if pairs[uint16(eight)]|pairs[uint16(eight>>16)]|pairs[uint16(eight>>32)]|pairs[eight>>48] != 0 {
					break
				}
				i += 8
			}
			if i+2 > len(text) {
				return
			}
			n := pairs[binary.LittleEndian.Uint16(text[i:])]
			if n == 0 {
				continue
			}
			s := spots[n-1]
			if at := i - s.offset; at >= 0 && bytes.HasPrefix(text[at:], []byte(s.word)) && !yield(at, s.word) {
				return
			}
		}
	}
}
