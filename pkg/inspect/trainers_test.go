package inspect

import (
	"strings"
	"testing"
)

// What trainers measure is what the agent records of them.
func TestTrainers(t *testing.T) {
	const lightning = "import lightning as L\nclass Net(L.LightningModule):\n    def step(self, b):\n        %\nt = L.Trainer()\nt.fit(Net(), d)\n"
	const hugging = "from transformers import Trainer, TrainingArguments\ndef measure(p):\n    return {'accuracy': 1}\n" +
		"args = TrainingArguments('out', eval_strategy='%')\nt = Trainer(model=m, args=args, train_dataset=a, eval_dataset=b, compute_metrics=measure)\n"
	for _, c := range []struct {
		before, filled, text string
		want                 Metric
	}{
		{lightning, "self.log('val_acc', x)", "", Metric{"accuracy", "lightning.Trainer.fit", "validation"}},
		{lightning, "self.log('val_acc', x); self.log('test_acc', x)", "t.test(d)\n", Metric{"accuracy", "lightning.Trainer.test", "test"}},
		{lightning, "self.log('val_acc', x); self.log('test_acc', x)", "", Metric{"accuracy", "lightning.Trainer.fit", "validation"}},
		{lightning, "self.log_dict({'train/loss': x, 'train/accuracy': x})", "", Metric{"accuracy", "lightning.Trainer.fit", "train"}},
		{lightning, "self.log(f'{stage}_acc', x)", "t.test(d)\n", Metric{"accuracy", "lightning.Trainer.test", "test"}},
		{lightning, "self.log(f'{stage}_acc', x)", "", Metric{"accuracy", "lightning.Trainer.fit", "validation"}},
		{lightning, "self.log('val_loss', x)", "", Metric{"loss", "", "unknown"}},
		{lightning, "self.log('acc', x)", "", Metric{"accuracy", "", "unknown"}},
		{hugging, "epoch", "t.train()\n", Metric{"accuracy", "transformers.Trainer.evaluate", "validation"}},
		{hugging, "epoch", "t.train()\nprint(t.evaluate())\n", Metric{"accuracy", "transformers.Trainer.evaluate", "validation"}},
		{hugging, "no", "t.train()\nprint(t.evaluate())\n", Metric{"accuracy", "transformers.Trainer.evaluate", "test"}},
		{hugging, "epoch", "t.train()\nt.evaluate(c)\n", Metric{"accuracy", "transformers.Trainer.evaluate", "test"}},
		{hugging, "no", "t.train()\nt.evaluate(eval_dataset=a)\n", Metric{"accuracy", "transformers.Trainer.evaluate", "train"}},
		{hugging, "no", "t.train()\nt.predict(c)\n", Metric{"accuracy", "transformers.Trainer.predict", "test"}},
		{hugging, "no", "t.train()\n", Metric{"accuracy", "", "unknown"}},
	} {
		text := strings.Replace(c.before, "%", c.filled, 1) + c.text
		if p := readText(t, text); p.Metric != c.want {
			t.Errorf("%s: %v, want %v", text, p.Metric, c.want)
		}
	}
}
