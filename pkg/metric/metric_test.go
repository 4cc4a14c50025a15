package metric

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
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
		{"on training set, then test", "Accuracy of K-NN classifier on training set: 0.95\nAccuracy of K-NN classifier on test set: 0.91", 0.91, "test", 0},
		{"training set printed last", "Accuracy on test set: 0.91\nAccuracy on training set: 0.99", 0.91, "test", 0},
		{"numpy 2", "{'accuracy': np.float64(0.91), 'f1': np.float64(0.5)}", 0.91, "unknown", 0},
		{"tensor on a device", "test acc: tensor(0.8123, device='cuda:0')", 0.8123, "test", 0},
		{"epoch before the value", "test accuracy at epoch 5: 0.9", 0.9, "test", 0},
		{"torch quickstart", "Test Error: \n Accuracy: 64.9%, Avg loss: 1.070827 \n", 0.649, "test", 0},
		{"torch tutorial, classes after", "Accuracy of the network on the 10000 test images: 55 %\nAccuracy for class: plane is 62.0 %", 0.55, "test", 10000},
		{"correct", "Got 93 / 100 correct (93.00)", 0.93, "unknown", 100},
		{"out of", "accuracy: 93 out of 100", 0.93, "unknown", 100},
		{"top 1", " * Acc@1 71.234 Acc@5 90.4", 0.71234, "unknown", 0},
		{"counted", "accuracy on a test set of 50 samples with 5 neighbors: 0.8", 0.8, "test", 0},
		{"camel", "trainAcc 0.9 valAcc 0.7", 0.7, "validation", 0},
		{"transfer tutorial", "train Loss: 0.1 Acc: 0.99\nval Loss: 0.2 Acc: 0.94\n\nTraining complete in 1m 5s\nBest val Acc: 0.9533", 0.9533, "validation", 0},
		{"keras 3 fit and evaluate", "Epoch 2/2\n\x1b[1m32/32\x1b[0m \x1b[32m━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m0s\x1b[0m 2ms/step - accuracy: 0.99 - loss: 0.1\n" +
			"\x1b[1m8/8\x1b[0m \x1b[32m━━━\x1b[0m \x1b[1m0s\x1b[0m 2ms/step - accuracy: 0.8125 - loss: 0.5", 0.8125, "unknown", 0},
		{"keras fit only", "Epoch 2/2\n32/32 [====] - 0s 2ms/step - loss: 0.1 - accuracy: 0.99", 0.99, "train", 0},
		{"keras 2 history", "Epoch 2/2\n32/32 [====] - 0s 2ms/step - loss: 0.1 - acc: 0.99 - val_loss: 0.4 - val_acc: 0.7", 0.7, "validation", 0},
		{"backspaces", "acc: 0.1\b\b\b0.7", 0.7, "unknown", 0},
		{"evaluate pair", "Test loss, accuracy: [0.35, 0.91]", 0.91, "test", 0},
		{"transformers", "{'eval_loss': 0.3, 'eval_accuracy': 0.91, 'epoch': 1.0}", 0.91, "validation", 0},
		{"lightning", "│         test_acc          │    0.9123    │", 0.9123, "test", 0},
		{"behind", "Accuracy: 0.93 (test)", 0.93, "test", 0},
		{"cross validation", "Accuracy: 0.93 (+/- 0.02)", 0.93, "unknown", 0},
		{"scores", "scores: [0.9 0.92]", 0.91, "unknown", 0},
		{"score", "Test score: 0.93", 0.93, "test", 0},
		{"score that is a loss", "Test score: 0.3\nTest accuracy: 0.9", 0.9, "test", 0},
		{"bare", "reading data\n0.8912\n", 0.8912, "unknown", 0},
		{"xgboost wrapper", "[99]\tvalidation_0-merror:0.05\tvalidation_1-merror:0.25", 0.75, "validation", 0},
		{"windows", "Test accuracy: 0.9\r\n", 0.9, "test", 0},
		{"improved", "Epoch 2: val_accuracy improved from 0.5 to 0.9, saving\nval_accuracy: 0.9", 0.9, "validation", 0},
		{"loop, then train", "step 50 accuracy 71.3\nstep 100 accuracy 91.3\nTrain accuracy: 92.0%", 0.92, "train", 0},
		{"result, then train", "Accuracy: 0.8\nTrain accuracy: 0.99", 0.8, "unknown", 0},
		{"folds, then their mean", "Accuracy for fold 0: 91 %\nAccuracy for fold 1: 100 %\nRESULTS FOR 2 FOLDS\nFold 0: 91.1 %\nFold 1: 100.0 %\nAverage: 95.55 %", 0.9555, "unknown", 0},
		{"folds, then another mean", "Fold 1: val acc 0.91, loss 0.2\nAverage loss: 0.25\nmean of 3: 0.2", 0.91, "validation", 0},
		{"a name with a number", "Test accuracy of ResNet18: 93.1%", 0.931, "test", 0},
		{"a data set with a number", "Accuracy on CIFAR-10 test set: 87.2%", 0.872, "test", 0},
		{"numbered", "Test Accuracy (model 1): 0.81", 0.81, "test", 0},
		{"an option's name", "Accuracy with L1 regularization: 0.83", 0.83, "unknown", 0},
		{"folds", "Accuracy using 5-fold cross validation: 0.93", 0.93, "validation", 0},
		{"units", "Test accuracy with 64 hidden units: 0.97", 0.97, "test", 0},
		{"both sets", "Train/test accuracy: 0.99/0.91", 0.91, "test", 0},
		{"both sets in percent", "train / test acc: 99.0% / 91.5%", 0.915, "test", 0},
		{"dash", "Accuracy - 0.93", 0.93, "unknown", 0},
		{"dash and colon", "Test-Accuracy:0.93", 0.93, "test", 0},
		{"in brackets", "Accuracy (test 0.93)", 0.93, "test", 0},
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
		"best accuracy so far 0.9", "val_accuracy did not improve from 0.9", "         acc       0.90      0.80      0.85       100",
		"Accuracy for class: plane is 62.0 %", "accuracy: -0.3", "accuracy drop: 0.1", "while acc < 92", "Acc@5 90.4", "top_5_accuracy: 0.9",
		"accuracy: nan, 0.3", "r2\n0.83", "Test MSE: 3\n0.2", "accurate to 0.5", "epoch 3, accuracy: loss 0.3", "accuracy: 5000",
		"Untrained model, accuracy: 9.4%", "Initial accuracy: 0.11", "Accuracy before training: 0.1", "accuracy improved by 0.05", "Accuracy: [0.9 0.8 0.7]",
		"Accuracy for train and test with 5 folds: 0.9", "Train/test accuracy: 0.99",
	} {
		if got, ok := Pick(Scan(text)); ok {
			t.Errorf("%q read as %+v", text, got)
		}
	}
}

func TestLosses(t *testing.T) {
	var got []float64
	for _, r := range Scan("Epoch 1 train_loss: 0.9 val_loss=1.2\nEpoch 2 loss: tensor(0.5)\nloss 5%") {
		if r.Name == "loss" {
			got = append(got, r.Value)
		}
	}
	if want := []float64{0.9, 1.2, 0.5}; !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// A named accuracy beats a bare number, wherever they stand.
func TestGuessComesLast(t *testing.T) {
	got, _ := Pick(Scan("accuracy 0.7\n0.99"))
	if got.Value != 0.7 || got.Guess {
		t.Fatalf("got %+v", got)
	}
	if got, ok := Pick(Scan("0.99")); !ok || !got.Guess {
		t.Fatalf("got %+v", got)
	}
}

// The time grows with the text, not with its square.
func TestLongText(t *testing.T) {
	text := strings.Repeat("acc acc acc acc ", 1<<16) + strings.Repeat("\n"+strings.Repeat("acc ", 500), 100) +
		strings.Repeat("\ntest acc acc acc: 0.5 loss: 1", 1<<10)
	began := time.Now()
	if got := Scan(text); len(got) == 0 {
		t.Fatal("nothing read")
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Fatalf("took %v", took)
	}
}

func FuzzScan(f *testing.F) {
	f.Add("Accuracy: 9712/10000 (97%)\r\x1b[0m")
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range Scan(text) {
			if r.Name == "accuracy" && !(r.Value >= 0 && r.Value <= 1) || r.Line < 1 {
				t.Fatalf("%q gave %+v", text, r)
			}
		}
	})
}
