package agent_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/agent"
)

func TestCatboost(t *testing.T) {
	t.Parallel()
	needs(t, "catboost", "sklearn")
	s := share(t, "catboost")
	const options = `
from catboost import CatBoostClassifier, CatBoostRegressor, Pool, train
options = dict(iterations=5, depth=2, thread_count=1, verbose=False, allow_writing_files=False)
`
	tests := []struct {
		name, script string
		want         []string
		rounds       int
		samples      int // of the last metric
	}{
		{"classifier", options + `
from sklearn.metrics import accuracy_score
m = CatBoostClassifier(**options, eval_metric="Accuracy").fit(a, c, eval_set=(b, d))
m.score(a, c); m.score(b, d)
accuracy_score(d, m.predict(b))`, []string{
			"accuracy train catboost.CatBoostClassifier.fit", "accuracy validation catboost.CatBoostClassifier.fit",
			"accuracy train catboost.CatBoostClassifier.score", "accuracy validation catboost.CatBoostClassifier.score",
			"accuracy validation sklearn.metrics.accuracy_score"}, 5, 450},
		{"pools", options + `
from sklearn.metrics import accuracy_score
t, v = Pool(a, c), Pool(b, d)
m = CatBoostClassifier(**options, custom_metric="Accuracy").fit(t)
accuracy_score(d, m.predict(v)); m.score(v)`, []string{
			"accuracy train catboost.CatBoostClassifier.fit",
			"accuracy test sklearn.metrics.accuracy_score", "accuracy test catboost.CatBoostClassifier.score"}, 5, 450},
		{"native", options + "train(params=dict(loss_function='MultiClass', **options), pool=Pool(a, c), eval_set=Pool(b, d))", nil, 5, 0},
		{"regressor", options + "CatBoostRegressor(**options).fit(a, c).score(b, d)", []string{
			"r2_score test catboost.CatBoostRegressor.score"}, 5, 450},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, log := s.run(agent.Request{Trial: i, Threads: 1}, digits+test.script)
			a.t = t
			if diff := cmp.Diff(test.want, a.clean().metrics()); diff != "" {
				t.Errorf("%s\n%s", diff, log)
			}
			curve, metrics := a.all(agent.EventCurve), a.all(agent.EventMetric)
			if len(curve) != test.rounds || test.rounds > 0 && len(curve[0].Values) == 0 {
				t.Errorf("curve %+v", curve)
			}
			if test.want != nil && metrics[len(metrics)-1].Samples != test.samples {
				t.Errorf("%+v", metrics)
			}
			s.loads(a, "model.cbm", "import catboost\nassert catboost.CatBoost().load_model(path).tree_count_ == 5")
		})
	}
}

// module is a network for Lightning that logs as people do.
const module = digits + `
import torch, warnings, logging
warnings.simplefilter("ignore"); logging.getLogger("LIGHTNING").setLevel(logging.ERROR)
from torch.utils.data import DataLoader, TensorDataset
def loader(x, y):
    return DataLoader(TensorDataset(torch.tensor(x).float(), torch.tensor(y)), batch_size=64)
class Net(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = torch.nn.Linear(64, 10)
    def step(self, batch, name):
        x, y = batch
        out = self.net(x)
        loss = torch.nn.functional.cross_entropy(out, y)
        self.log(name + "_loss", loss, on_epoch=True); self.log(name + "_acc", (out.argmax(1) == y).float().mean(), on_step=False, on_epoch=True)
        return loss
    def training_step(self, batch, i): return self.step(batch, "train")
    def validation_step(self, batch, i): self.step(batch, "val")
    def test_step(self, batch, i): self.step(batch, "test")
    def configure_optimizers(self): return torch.optim.Adam(self.parameters(), lr=0.01)
trainer = L.Trainer(max_epochs=2, logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False, accelerator="cpu")
model = Net()
trainer.fit(model, loader(a, c), loader(b, d))
print(float(trainer.callback_metrics["val_acc"]))
trainer.validate(model, loader(b, d), verbose=False)
trainer.test(model, loader(b, d), verbose=False)
trained = loader(a, c).dataset
for again in trained, torch.utils.data.Subset(trained, range(300)), [(x, y) for x, y in trained]:
    trainer.test(model, DataLoader(again, batch_size=50), verbose=False)
`

func TestLightning(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"lightning.pytorch", "pytorch_lightning"} {
		t.Run(name, func(t *testing.T) {
			needs(t, name, "sklearn")
			s := share(t, "torch")
			a, log := s.run(agent.Request{Threads: 1}, "import "+name+" as L\n"+module)
			checkTrainer(t, a, log, []string{
				"accuracy train lightning.Trainer.fit", "accuracy validation lightning.Trainer.fit",
				"accuracy validation lightning.Trainer.validate", "accuracy test lightning.Trainer.test",
				"accuracy train lightning.Trainer.test", "accuracy train lightning.Trainer.test", "accuracy train lightning.Trainer.test",
			})
			s.loads(a, "model.pt", "import torch\nm = torch.load(path)\nassert sorted(m['state_dict']) == ['net.bias', 'net.weight'], m")
		})
	}
}

// texts is what a training by transformers needs; a row is padded as far as those beside it.
const texts = digits + `
import torch, transformers
from sklearn.metrics import accuracy_score
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments
transformers.utils.logging.set_verbosity_error()
class Texts(torch.utils.data.Dataset):
    def __init__(self, x, y): self.x, self.y = (x * 16).astype(int), y
    def __len__(self): return len(self.y)
    def __getitem__(self, i): return {"input_ids": self.x[i].tolist()[: 40 + i % 20], "labels": int(self.y[i])}
def collate(rows):
    longest = max(len(row["input_ids"]) for row in rows)
    padded = lambda row, with_: row + [with_] * (longest - len(row))
    return {"input_ids": torch.tensor([padded(row["input_ids"], 1) for row in rows]),
            "attention_mask": torch.tensor([padded([1] * len(row["input_ids"]), 0) for row in rows]),
            "labels": torch.tensor([row["labels"] for row in rows])}
def compute_metrics(p):
    return {"accuracy": accuracy_score(p.label_ids, p.predictions.argmax(1))}
torch.manual_seed(0)
model = BertForSequenceClassification(BertConfig(vocab_size=17, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=10))
options = dict(num_train_epochs=2, per_device_train_batch_size=64, eval_strategy="epoch", logging_strategy="epoch",
    report_to=[], use_cpu=True, disable_tqdm=True)
def trainer(compute_metrics, **more):
    return Trainer(model, TrainingArguments("out", **options, **more), train_dataset=Texts(a, c), eval_dataset=Texts(b[:200], d[:200]),
        compute_metrics=compute_metrics, data_collator=collate)
`

func TestTransformers(t *testing.T) {
	t.Parallel()
	needs(t, "transformers", "accelerate", "torch", "sklearn")
	s := share(t, "torch")
	a, log := s.run(agent.Request{Trial: 1, Threads: 1}, texts+`
trainer = trainer(compute_metrics, save_strategy="no")
trainer.train()
validated = trainer.evaluate()["eval_accuracy"]
for rows in torch.utils.data.Subset(trainer.train_dataset, range(300)), [trainer.train_dataset[i] for i in range(299, 20, -1)]:
    trainer.evaluate(rows)
trainer.predict(trainer.train_dataset)
trainer.predict(Texts(b[200:], d[200:]))
print(validated)`)
	checkTrainer(t, a, log, []string{
		"accuracy validation transformers.Trainer.evaluate", "accuracy validation transformers.Trainer.evaluate",
		"accuracy validation transformers.Trainer.evaluate", "accuracy train transformers.Trainer.evaluate",
		"accuracy train transformers.Trainer.evaluate", "accuracy train transformers.Trainer.predict",
		"accuracy test transformers.Trainer.predict",
	})
	s.loads(a, "model.pt", "import torch\nm = torch.load(path)\nassert 'classifier.weight' in m['state_dict'], m")
	a, log = s.run(agent.Request{Trial: 2, Threads: 1}, texts+`
values = iter([0.75, 0.5])
trainer(lambda p: {"accuracy": next(values)}, save_strategy="epoch", load_best_model_at_end=True, metric_for_best_model="accuracy").train()`)
	metrics := a.clean().all(agent.EventMetric)
	if last := metrics[len(metrics)-1]; *last.Value != 0.75 || last.Split != "validation" || last.Samples != 200 {
		t.Errorf("the model is the best, and the last metric %+v\n%s", last, log)
	}
}

// checkTrainer holds the metrics of a training of two epochs to what is wanted
// and to what was printed, the last accuracy of the validation.
func checkTrainer(t *testing.T, a attempt, log string, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, a.clean().metrics()); diff != "" {
		t.Fatalf("%s\n%s", diff, log)
	}
	var printed float64
	lines := strings.Split(strings.TrimSpace(log), "\n")
	if err := scan(lines[len(lines)-1], &printed); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	curve, metrics := a.all(agent.EventCurve), a.all(agent.EventMetric)
	if len(curve) != 2 || curve[1].Epoch != 2 || curve[1].Values["loss"] == 0 || curve[1].Values["val_loss"] == 0 {
		t.Errorf("curve %+v", curve)
	}
	if last := curve[len(curve)-1].Values["val_accuracy"]; last != printed {
		t.Errorf("the curve ends at %v, the script printed %v", last, printed)
	}
	if last := metrics[len(metrics)-1]; last.Samples < 200 {
		t.Errorf("%+v", last)
	}
}

// What xgboost's and lightgbm's estimators evaluate during a fit is an accuracy
// of the model that they keep.
func TestBoostingEvaluations(t *testing.T) {
	t.Parallel()
	needs(t, "xgboost", "lightgbm", "sklearn")
	a, log := share(t, "xgboost").run(agent.Request{Threads: 1}, digits+`
import lightgbm, warnings, xgboost
warnings.simplefilter("ignore")
sets = [(a, c), (b, d)]
def light(**kwargs):
    m = lightgbm.LGBMClassifier(n_estimators=9, verbose=-1, n_jobs=1).fit(a, c, eval_metric="multi_error", **kwargs)
    return (m.predict(a) == c).mean(), (m.predict(b) == d).mean()
train, held = light(eval_set=sets)
print("train %.9f\nvalidation %.9f" % (train, held))
print("validation %.9f" % light(eval_set=sets[1:], eval_names=["held"], callbacks=[lightgbm.early_stopping(1, verbose=False)])[1])
light()
m = xgboost.XGBClassifier(n_estimators=50, eval_metric="merror", early_stopping_rounds=1, n_jobs=1)
m.fit(a, c, eval_set=sets[1:], verbose=False)
assert m.best_iteration < 48
print("validation %.9f" % (m.predict(b) == d).mean())`)
	var got string
	for _, e := range a.clean().all(agent.EventMetric) {
		got += fmt.Sprintf("%s %.9f\n", e.Split, *e.Value)
	}
	if diff := cmp.Diff(log, got); diff != "" {
		t.Errorf("-printed +observed:\n%s", diff)
	}
}
