package space

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/project"
)

// numbers are the names of the numbers that a script offers.
func numbers(family, script string) (names []string) {
	m := project.Parse("train.py", []byte(script), Known)
	for _, x := range Find([]*project.Module{m}, project.Modules{"train.py": m}, family) {
		if x.Kind == "number" {
			names = append(names, x.Name)
		}
	}
	slices.Sort(names)
	return names
}

// TestShared holds that a constant is left alone which serves something else
// than what is tuned, however it is read, and tuned where that only shows it.
func TestShared(t *testing.T) {
	const (
		knn    = "from sklearn.neighbors import KNeighborsClassifier\nK = 5\nm = KNeighborsClassifier(n_neighbors=K)\n"
		forest = "from sklearn.ensemble import RandomForestClassifier\nN = 5\nm = RandomForestClassifier(max_depth=N)\n"
		fit    = "import numpy as np\nfrom keras.models import Sequential\nmodel = Sequential()\nN = 9\nmodel.fit(X, y, epochs=N)\n"
		batch  = "from keras.models import Sequential\nmodel = Sequential()\nB = 64\nmodel.fit(X, y, batch_size=B)\n"
		adam   = "from keras.optimizers import Adam\nLR, N = 0.1, 9\no = Adam(lr=LR)\n"
		dense  = "from keras.layers import Dense\nH = 64\nx = Dense(H)(x)\n"
	)
	for _, c := range []struct {
		script string
		want   []string
	}{
		{knn + "from sklearn.model_selection import KFold\ncv = KFold(n_splits=K)\n", nil},
		{knn + "def split(n):\n    return X[:n]\nsplit(K)\n", nil},
		{knn + "y = scores > K\n", nil},
		{knn + "n = len(X) // K\n", nil},
		{knn + "print('k', K)\nprint('%d neighbours' % K)\nif K > 4:\n    name = 'k' + str(K)\n", []string{"n_neighbors"}},
		{knn + "def show(k):\n    print(k)\nshow(K)\nsettings = {'k': K}\n", []string{"n_neighbors"}},
		{knn + "settings = {'seed': K}\n", nil},
		{forest + "RandomForestClassifier(random_state=N)\n", nil},
		{forest + "import numpy as np\nnp.random.seed(N)\n", nil},
		{forest + "other = RandomForestClassifier(max_depth=N)\n", []string{"max_depth"}},
		{fit + "X = np.random.rand(N, 8)\n", nil},
		{fit + "y = to_categorical(y, N)\n", nil},
		{fit + "X = X[:N]\n", nil},
		{fit + "plt.plot(np.arange(N), h.history['loss'])\nsteps = N * len(X)\nprint(N)\n", []string{"epochs"}},
		{batch + "steps = len(X) // B\nfor i in range(9):\n    rows = rng.choice(len(X), B)\n    z = X[i * B:(i + 1) * B]\n", []string{"batch_size"}},
		{batch + "X = rng.normal(size=(B, 4))\n", nil},
		{adam + "Adam(lr=LR, decay=LR / N)\nschedule(LR, N)\n", []string{"learning_rate"}},
		{dense + "x = Reshape((H, 1))(x)\n", nil},
		{dense + "x = Dense(H // 2)(x)\n", nil},
		{dense + "x = Dense(H)(x)\nprint(H)\nx = Dense(2)(x)\n", []string{"units"}},
	} {
		if d := cmp.Diff(c.want, numbers("keras", c.script)); d != "" {
			t.Errorf("%s: -want +got\n%s", c.script, d)
		}
	}
}
