package metric

import (
	"math"
	"testing"
)

func TestPick(t *testing.T) {
	for _, c := range []struct {
		name, text string
		value      float64
		split      string
		samples    int
	}{
		{"plain", "Test accuracy: 0.9111", 0.9111, "test", 0},
		{"percent", "Test accuracy: 93.3%\n", 0.933, "test", 0},
		{"bare percent", "Accuracy: 82.0", 0.82, "unknown", 0},
		{"keras name", "val_acc=0.20", 0.20, "validation", 0},
		{"torch example", "Test set: Average loss: 0.0301, Accuracy: 9712/10000 (97%)", 0.9712, "test", 10000},
		{"torch tutorial", "Accuracy of the network on the 10000 test images: 82 %", 0.82, "test", 10000},
		{"last wins", "epoch 1 test acc 0.5\nepoch 2 test acc 0.7\n", 0.7, "test", 0},
		{"validation over train", "Epoch 3/10 loss 0.3 train_acc 0.99 val_acc 0.8", 0.8, "validation", 0},
		{"train only", "train accuracy 0.99", 0.99, "train", 0},
		{"tensor", "acc: tensor(0.8123)", 0.8123, "unknown", 0},
		{"final", "Final accuracy = 0.33", 0.33, "unknown", 0},
		{"report", "    accuracy                           0.97       450\n   macro avg  0.97 0.97 0.97 450", 0.97, "unknown", 450},
		{"xgboost", "[0]\ttrain-merror:0.1\teval-merror:0.25\n", 0.75, "validation", 0},
		{"lightgbm", "[10]\tvalid_0's binary_error: 0.1", 0.9, "validation", 0},
		{"printed over", "test acc: 0.1\rtest acc: 0.6", 0.6, "test", 0},
		{"colour", "\x1b[32mtest acc: 0.6\x1b[0m", 0.6, "test", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := Pick(Scan(c.text))
			if !ok || math.Abs(got.Value-c.value) > 1e-9 || got.Split != c.split || got.Samples != c.samples {
				t.Fatalf("got %+v %v, want %v %s %d", got, ok, c.value, c.split, c.samples)
			}
		})
	}
}

func TestScanPassesOver(t *testing.T) {
	for _, text := range []string{
		"loss: 0.8", "target accuracy 0.9", "account: 5", "access 0.3", "compile_metrics: 74%", "error=0.2",
		"accuracy: nan", "epoch 3 of 10", "accuracy threshold: 0.5", "baseline accuracy 0.5", "balanced_accuracy: 0.7",
	} {
		if got := Scan(text); len(got) > 0 {
			t.Errorf("%q read as %+v", text, got)
		}
	}
}

func FuzzScan(f *testing.F) {
	f.Add("Accuracy: 9712/10000 (97%)\r\x1b[0m")
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range Scan(text) {
			if !(r.Value >= 0 && r.Value <= 1) {
				t.Fatalf("%q gave %v", text, r.Value)
			}
		}
	})
}
