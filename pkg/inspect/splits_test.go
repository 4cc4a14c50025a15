package inspect

import "testing"

// Which data a measure is of is told by what is trained on and watched.
func TestSplits(t *testing.T) {
	const cat = "from catboost import CatBoostClassifier, Pool\nm = CatBoostClassifier()\n"
	const split = "from sklearn.svm import SVC\nfrom sklearn.feature_selection import SelectKBest\nfrom sklearn.model_selection import train_test_split\n" +
		"a, b, c, d = train_test_split(x, y)\nm = SVC()\n"
	for text, want := range map[string]string{
		cat + "m.fit(Pool(a, c), eval_set=Pool(b, d))\nm.score(b, d)\n":                     "validation",
		cat + "watch = Pool(b, d)\nm.fit(Pool(a, c), eval_set=[watch])\nm.score(b, d)\n":    "validation",
		cat + "rows = Pool(a, c)\nm.fit(rows)\nm.score(b, d)\n":                             "test",
		cat + "m.fit(Pool(a, c))\nm.score(a, c)\n":                                          "train",
		split + "m.fit(a, c)\nm.score(b, d)\n":                                              "test",
		split + "m.fit(x, y)\nm.score(b, d)\n":                                              "train",
		split + "m.fit(a, c)\nm.score(b, d)\nm.fit(x, y)\n":                                 "test",
		split + "s = SelectKBest()\ns.fit(x, y)\nm.fit(s.transform(a), c)\nm.score(b, d)\n": "test",
		split + "e, f, g, h = train_test_split(a, c)\nm.fit(e, g)\nm.score(b, d)\n":         "test",
		split + "e, f, g, h = train_test_split(a, c)\nm.fit(a, c)\nm.score(f, h)\n":         "train",
	} {
		if p := readText(t, text); p.Metric.Split != want {
			t.Errorf("%s: %v, want %s", text, p.Metric, want)
		}
	}
}
