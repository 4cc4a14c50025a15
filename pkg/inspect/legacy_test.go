package inspect

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Arguments that the packages of today refuse are told before anything fails over them.
func TestLostArguments(t *testing.T) {
	for text, want := range map[string][]string{
		"from xgboost import XGBClassifier\nm = XGBClassifier()\nm.fit(X, y, eval_metric='auc', early_stopping_rounds=9)\n": {
			"xgboost<2.1 train.py:3 fit(eval_metric=)", "xgboost<2.1 train.py:3 fit(early_stopping_rounds=)"},
		"import lightgbm as lgb\nlgb.LGBMRegressor().fit(X, y, eval_metric='l2', verbose=0)\n":                          {"lightgbm<4 train.py:2 fit(verbose=)"},
		"import lightgbm as lgb\nlgb.train(p, d, 9, valid_sets=[e], early_stopping_rounds=3)\n":                         {"lightgbm<4 train.py:2 train(early_stopping_rounds=)"},
		"from catboost import CatBoostClassifier\nCatBoostClassifier().fit(X, y, early_stopping_rounds=3, verbose=0)\n": nil,
		"from sklearn.svm import SVC\nfrom sklearn.metrics import mean_squared_error\nSVC().fit(X, y)\nmean_squared_error(y, p, squared=False)\n": {
			"scikit-learn<1.6 train.py:4 mean_squared_error(squared=)"},
		"from tensorflow.keras.preprocessing.text import Tokenizer\nfrom tensorflow.keras.preprocessing.image import ImageDataGenerator\nmodel.fit(X, y, epochs=2)\n": nil,
		"import tensorflow as tf\ntf.keras.preprocessing.text.Tokenizer()\nmodel.fit(X, y, epochs=2)\n":                                                               nil,
		"from keras.preprocessing.image import ImageDataGenerator, load_img\nfrom keras.preprocessing.text import Tokenizer\nmodel.fit(X, y, epochs=2)\n": {
			"keras<3 train.py:1 keras.preprocessing.image.ImageDataGenerator", "keras<3 train.py:2 keras.preprocessing.text.Tokenizer"},
		"from tensorflow.keras.layers.experimental import preprocessing\nmodel.fit(X, y, epochs=2)\n": {
			"keras<3 train.py:1 keras.layers.experimental.preprocessing"},
		"import pytorch_lightning as pl\ntrainer = pl.Trainer(gpus=1, max_epochs=3)\ntrainer.fit(m)\n": {"pytorch-lightning<2 train.py:2 Trainer(gpus=)"},
		"import lightning as L\ntrainer = L.Trainer(max_epochs=3, devices=1)\ntrainer.fit(m)\n":        nil,
		"from transformers import Trainer, TrainingArguments\nargs = TrainingArguments('out', evaluation_strategy='epoch', eval_steps=3)\nt = Trainer(m, args, tokenizer=k)\nt.train()\n": {
			"transformers<4.51 train.py:2 TrainingArguments(evaluation_strategy=)", "transformers<5 train.py:3 Trainer(tokenizer=)"},
		"from sklearn.utils.testing import all_estimators\nfor n, c in all_estimators():\n    c().fit(X, y)\n": {
			"scikit-learn<0.24 train.py:1 sklearn.utils.testing.all_estimators"},
	} {
		var got []string
		for _, n := range readText(t, text).Needs {
			got = append(got, n.Package+"<"+n.Below+" "+n.Why)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s-want +got\n%s", text, d)
		}
	}
}
