package space

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOffered holds which arguments of some calls are offered, by whatever way the
// call is made.
func TestOffered(t *testing.T) {
	const (
		net   = "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self, layers=2):\n        super().__init__()\n        self.rnn = nn."
		after = "\n    def forward(self, x):\n        return self.rnn(x)[0]\nNet()\n"
	)
	for name, c := range map[string]struct {
		text  string
		asked []string
		want  []string
	}{
		"recurrent layers":            {net + "LSTM(3, 8, num_layers=6, dropout=0.3)" + after, []string{"depth", "dropout"}, []string{"dropout=0.3", "num_layers=6"}},
		"one recurrent layer":         {net + "GRU(3, 8, dropout=0.3)" + after, []string{"depth", "dropout"}, nil},
		"a state of as many layers":   {net + "GRU(3, 8, 5)" + "\n    def forward(self, x):\n        return self.rnn(x, torch.zeros(5, 9, 8))[0]\nNet()\n", []string{"depth"}, nil},
		"a state of as many by name":  {net + "GRU(3, 8, layers)\n        self.layers = layers\n    def forward(self, x):\n        return self.rnn(x, torch.zeros(self.layers, 9, 8))[0]\nNet()\n", []string{"depth"}, []string{"num_layers=2"}},
		"a loop over as many by name": {net + "GRU(3, 8, layers)\n        self.more = [nn.Linear(8, 8) for _ in range(layers)]" + after, []string{"depth"}, nil},
		"two directions, by name":     {"from torch import nn\nH = 8\nm = nn.ModuleList([nn.LSTM(3, H, bidirectional=True), nn.Linear(H * 2, 5)])\n", []string{"width"}, []string{"hidden=8"}},
		"groups, by name":             {"from torch import nn\nH = 8\nm = nn.ModuleList([nn.Conv2d(3, H, 3), nn.Conv2d(H, 5, 3, groups=2)])\n", []string{"filters"}, nil},
		"a transformer": {"from torch import nn\nnn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, dim_feedforward=16, dropout=0.3), 3)\n",
			[]string{"depth", "dropout", "inner_width"}, []string{"dim_feedforward=16", "dropout=0.3", "num_layers=3"}},
		"clipping": {"import torch\ntorch.nn.utils.clip_grad_norm_(p, 0.5)\n", []string{"clip"}, []string{"max_norm=0.5"}},
		"skorch": {"from skorch import NeuralNetClassifier\nNeuralNetClassifier(Net, lr=0.1, batch_size=64, optimizer__weight_decay=0.2)\n",
			[]string{"learning_rate", "epochs", "batch_size", "l2"}, []string{"batch_size=64", "lr=0.1", "max_epochs=10", "optimizer__weight_decay=0.2"}},
		"xgboost": {"from xgboost import XGBClassifier\nXGBClassifier(max_bin=64, max_leaves=7, early_stopping_rounds=9)\n",
			[]string{"bins", "leaves", "patience", "learning_rate", "max_depth"}, []string{"early_stopping_rounds=9", "learning_rate=0.3", "max_bin=64", "max_depth=6", "max_leaves=7"}},
		"a forest": {"from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier(n_estimators=50, random_state=1)\n",
			[]string{"estimators", "max_depth", "min_samples", "max_features"}, []string{"max_depth=None", "max_features='sqrt'", "min_samples_leaf=1", "n_estimators=50"}},
		"stages": {"from sklearn.ensemble import GradientBoostingRegressor\nGradientBoostingRegressor(max_depth=2)\n",
			[]string{"max_depth", "learning_rate", "subsample"}, []string{"learning_rate=0.1", "max_depth=2", "subsample=1.0"}},
		"linear boosting":     {"from xgboost import XGBClassifier\nXGBClassifier(booster='gblinear', max_depth=3)\n", []string{"max_depth"}, nil},
		"catboost":            {"from catboost import CatBoostClassifier\nCatBoostClassifier(subsample=0.5, od_wait=9)\n", []string{"subsample", "patience", "max_depth"}, []string{"depth=6", "early_stopping_rounds=9", "subsample=0.5"}},
		"a partial":           {"from functools import partial\nfrom sklearn.svm import SVC\nmodels = {'a': partial(SVC, gamma=0.3)}\n", []string{"gamma", "C"}, []string{"gamma=0.3"}},
		"getattr":             {"import torch\nname = 'SGD'\ngetattr(torch.optim, name)(p, lr=0.3)\n", []string{"learning_rate"}, []string{"lr=0.3"}},
		"getattr by a name":   {"import torch\nkind = getattr(torch.optim, 'SGD')\nkind(p, lr=0.3)\n", []string{"learning_rate", "momentum"}, []string{"lr=0.3"}},
		"of a dict by a name": {"import torch\ndef make(p, lr):\n    kind = {'sgd': torch.optim.SGD, 'adam': torch.optim.Adam}['sgd']\n    return kind(p, lr=lr)\nmake(p, 0.3)\n", []string{"learning_rate"}, []string{"lr=0.3"}},
		"getattr of a guess":  {"import sys, torch\ngetattr(torch.optim, sys.argv[1])(p, lr=0.3)\n", []string{"learning_rate"}, nil},
		"set later":           {"from sklearn.svm import SVC\nm = SVC(C=0.3, gamma=0.2)\nm.set_params(C=9)\nPipeline([('svc', m)]).set_params(svc__gamma=9)\n", []string{"gamma", "C"}, nil},
		"loaders by name":     {"from torch.utils.data import DataLoader\nkw, tkw = {'batch_size': 64}, {'batch_size': 100}\ntrain_loader = DataLoader(a, **kw)\ntest_loader = DataLoader(b, **tkw)\n", []string{"batch_size"}, []string{"batch_size=64"}},
		"widths in a loop":    {"import keras\nm = keras.Sequential()\nfor i, n in enumerate((64, 32)):\n    m.add(keras.layers.Dense(n, activation='relu'))\nm.add(keras.layers.Dense(10, activation='softmax'))\nm.compile()\n", []string{"width"}, []string{"units=32", "units=64"}},
		"all widths":          {"import keras\nm = keras.Sequential()\nfor n in (64, 10):\n    m.add(keras.layers.Dense(n))\nm.compile()\n", []string{"width"}, nil},
		"a search by hand":    {"from sklearn.svm import SVC\nfor C in [0.3, 4]:\n    SVC(C=C).fit(X, y)\n", []string{"C"}, nil},
		"torch's in a loop":   {"from torch import nn\nlayers, width = [], 64\nfor h in [32, 16]:\n    layers += [nn.Linear(width, h), nn.ReLU()]\n    width = h\nlayers.append(nn.Linear(width, 10))\n", []string{"width"}, []string{"hidden=16", "hidden=32"}},
		"all of torch's":      {"from torch import nn\nlayers, width = [], 64\nfor h in [32, 10]:\n    layers += [nn.Linear(width, h), nn.ReLU()]\n    width = h\n", []string{"width"}, nil},
		"a registry":          {"from torch import optim\nall = {'sgd': optim.SGD, 'adam': optim.Adam}\nname = 'adam'\nall[name](p, lr=0.3)\n", []string{"learning_rate"}, []string{"lr=0.3"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, named(c.text, "", c.asked...)); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// TestInstantiated holds that what Hydra makes of a configuration is offered there.
func TestInstantiated(t *testing.T) {
	program, modules := programOf(t, map[string]string{
		"train.py":         "import hydra\n@hydra.main(config_path='conf', config_name='config')\ndef main(cfg):\n    hydra.utils.instantiate(cfg.optimizer, params=p)\nmain()\n",
		"conf/config.yaml": "optimizer:\n  _target_: torch.optim.Adam\n  lr: 0.3\n",
	})
	var got []string
	for _, x := range Find(program, modules, "torch") {
		got = append(got, x.File+" "+x.Name+"="+x.Value)
	}
	if d := cmp.Diff([]string{"conf/config.yaml lr=0.3"}, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}
