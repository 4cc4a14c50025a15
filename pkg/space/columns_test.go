package space

import (
	"slices"
	"testing"

	"github.com/mlhook/mlhook/pkg/project"
)

// TestColumns holds that components are searched upward as far as the data has
// columns where the source tells how many, and no further than the user's own
// value where it does not.
func TestColumns(t *testing.T) {
	const head = "from sklearn.datasets import load_digits, load_iris, load_wine, make_classification\nfrom sklearn.decomposition import PCA, TruncatedSVD\n" +
		"from sklearn.feature_selection import SelectKBest\nimport pandas as pd\n"
	for text, high := range map[string]float64{
		"X, y = make_classification(n_samples=800, n_features=24)\nPCA(n_components=4).fit(X)\n":     23,
		"X, y = make_classification(800)\nPCA(4)\nplot(X[:, 0])\n":                                   19,
		"X, y = make_classification(40)\nPCA(4)\n":                                                   9,
		"X, y = load_digits(return_X_y=True)\nTruncatedSVD(n_components=4)\n":                        63,
		"X, y = load_wine(return_X_y=True)\nSelectKBest(k=4)\n":                                      13,
		"X, y = load_wine(return_X_y=True)\nload_digits()\nSelectKBest(k=4)\n":                       13,
		"X = pd.read_csv('a.csv')\nPCA(n_components=4)\n":                                            4,
		"X, y = make_classification(**more)\nPCA(n_components=4)\n":                                  4,
		"X = load_iris().data\nX = X[:, :3]\nPCA(n_components=2)\n":                                  2,
		"X = load_wine(as_frame=True).frame.drop(columns=['target', 'hue'])\nSelectKBest(k=4)\n":     4,
		"X, y = load_digits(return_X_y=True)\nmake_pipeline(SelectKBest(k='all'), PCA(9))\nfit(X)\n": 9,
	} {
		m := project.Parse("a.py", []byte(head+text), Known)
		found := Find([]*project.Module{m}, project.Modules{"a.py": m}, "sklearn")
		i := slices.IndexFunc(found, func(x Tunable) bool { return x.Role == "components" })
		if i < 0 || found[i].High != high {
			t.Errorf("%s: want up to %g: %+v", text, high, found)
		}
	}
}
