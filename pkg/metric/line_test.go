package metric

import (
	"math"
	"testing"
)

// Lines that scripts print, of tutorials, examples and notebooks. Values of two
// sets are told apart, and a value of training data is never one of a test.
func TestLines(t *testing.T) {
	for _, c := range []struct {
		text  string
		value float64
		split string
	}{
		// several sets in one line
		{"Accuracy (train/test): 0.99 / 0.81", 0.81, "test"},
		{"Accuracy (test/train): 0.81 / 0.99", 0.81, "test"},
		{"Accuracy train 0.99 test 0.81", 0.81, "test"},
		{"Train/Test accuracy: 0.99/0.81", 0.81, "test"},
		{"Train/Val/Test accuracy: 0.99/0.85/0.81", 0.81, "test"},
		{"Train Accuracy / Test Accuracy: 99.0% / 81.0%", 0.81, "test"},
		{"Train acc, test acc: 0.99, 0.81", 0.81, "test"},
		{"Train and Test accuracy: 0.99 and 0.81", 0.81, "test"},
		{"Accuracy [train, val]: [0.99, 0.81]", 0.81, "validation"},
		{"Loss train/test: 0.3/0.4 Acc train/test: 0.9/0.8", 0.8, "test"},
		{"Accuracy on training data: 0.99, on test data: 0.81", 0.81, "test"},
		{"Accuracy - Train: 0.99 | Val: 0.85 | Test: 0.81", 0.81, "test"},
		{"Train Acc: 0.99, Val: 0.85, Test: 0.81", 0.81, "test"},
		{"accuracy: 0.81 (test), 0.99 (train)", 0.81, "test"},
		{"Accuracy: 0.99 train, 0.81 test", 0.81, "test"},
		{"Accuracy: {'train': 0.99, 'test': 0.81}", 0.81, "test"},
		{"Train acc 0.99 | Test acc 81.2% | lr 0.001", 0.812, "test"},
		{"Training Accuracy: 0.99 | Validation Accuracy: 0.91 | Test Accuracy: 0.88", 0.88, "test"},
		{"Accuracy with train/test split: 0.93", 0.93, "test"},
		// training as what was done
		{"Training complete. Accuracy: 0.88", 0.88, "unknown"},
		{"Training complete! Accuracy: 0.88", 0.88, "unknown"},
		{"Training finished in 3.2s - accuracy 0.88", 0.88, "unknown"},
		{"Training KNN... Accuracy: 0.88", 0.88, "unknown"},
		{"Accuracy before training: 0.10\nAccuracy after training: 0.91", 0.91, "unknown"},
		{"Test accuracy after training for 10 epochs: 0.91", 0.91, "test"},
		// and as data
		{"Training: loss 0.3 acc 0.99", 0.99, "train"},
		{"Train Loss: 0.3. Accuracy: 0.9", 0.9, "train"},
		{"Evaluation accuracy on training set: 0.99", 0.99, "train"},
		{"In-sample accuracy: 0.99", 0.99, "train"},
		{"Out-of-sample accuracy: 0.81", 0.81, "test"},
		{"Accuracy score on X_train: 0.99\nAccuracy score on X_test: 0.81", 0.81, "test"},
		// meters of PyTorch's ImageNet example: the batch's value, and in brackets the average
		{"Test: [ 10/79]\tTime  0.05 ( 0.07)\tLoss 1.1e+00 (9.0e-01)\tAcc@1  50.00 ( 71.20)\tAcc@5  90.00 ( 92.10)", 0.712, "test"},
		{"Epoch: [0][ 10/391]\tTime  0.1 ( 0.2)\tLoss 2.3e+00 (2.4e+00)\tAcc@1  12.50 ( 11.20)", 0.112, "train"},
		{"Test: [78/79]\tAcc@1  50.00 ( 71.20)\n * Acc@1 71.3 Acc@5 90.1", 0.713, "test"},
		{"Test: [0/79]\tPrec@1 50.0 (71.2)\tPrec@5 90.0 (92.0)\n * Prec@1 71.3 Prec@5 90.1", 0.713, "test"},
		{"[main.py 215]: INFO Test: [0/98]\tTime 0.1 (0.2)\tAcc@1 90.0 (88.0)\tAcc@5 99.0 (98.0)", 0.88, "test"},
		{"Test:  Acc@1 75.5 Acc@5 92.6", 0.755, "test"},
		// numbers that are none
		{"Accuracy with learning rate 0.01: 0.91", 0.91, "unknown"},
		{"Accuracy (lr=0.01): 0.91", 0.91, "unknown"},
		{"Accuracy with lr 0.1 and batch size 32: 0.91", 0.91, "unknown"},
		{"accuracy with C=0.1: 0.91", 0.91, "unknown"},
		{"Accuracy for the fold no. 1 on the test set: 0.91", 0.91, "test"},
		{"Accuracy in 3.2 seconds: 0.91", 0.91, "unknown"},
		{"Test accuracy 0.93 at epoch: 5", 0.93, "test"},
		{"Maximum accuracy: 0.93 at K = 7", 0.93, "unknown"},
		{"lr: 0.001, batch_size: 32, accuracy: 0.91", 0.91, "unknown"},
		// with the loss
		{"Test loss/accuracy: 0.35/0.91", 0.91, "test"},
		{"Train Loss/Acc: 0.3/0.99, Test Loss/Acc: 0.35/0.81", 0.81, "test"},
		{"313/313 - 1s - 3ms/step - accuracy: 0.9100 - loss: 0.3500", 0.91, "unknown"},
		// lists
		{"Cross validation accuracy: [0.9, 0.8, 0.7]", 0.8, "validation"},
		{"Accuracy scores: [0.9 0.8]", 0.85, "unknown"},
		{"{'loss': [0.9, 0.5], 'accuracy': [0.5, 0.8], 'val_loss': [0.9, 0.6], 'val_accuracy': [0.4, 0.7]}", 0.7, "validation"},
		// progress bars and fractions
		{"Epoch 1: 100%|███| 391/391 [00:10<00:00, 38.1it/s, loss=0.3, v_num=0, train_acc=0.95, val_acc=0.91]", 0.91, "validation"},
		{"100%|███| 391/391 [00:10<00:00, 38.1it/s, acc=0.81, loss=0.3]", 0.81, "unknown"},
		{" [==>]  Step: 10ms | Tot: 1s | Loss: 0.3 | Acc: 91.230% (9123/10000) 100/100", 0.9123, "unknown"},
		{"Accuracy = 8123/10000 = 81.23%", 0.8123, "unknown"},
		// headings
		{"Test Result:\n=====\nAccuracy Score: 81.00%\nTrain Result:\n=====\nAccuracy Score: 99.00%", 0.81, "test"},
		{"=== Test ===\nloss: 0.3\naccuracy: 0.81\n=== Train ===\nloss: 0.1\naccuracy: 0.99", 0.81, "test"},
		{"Checking accuracy on test data\nGot 8123 / 10000 with accuracy 81.23\nChecking accuracy on training data\nGot 9900 / 10000 with accuracy 99.00", 0.8123, "test"},
		{"Finished Training\nAccuracy: 0.88", 0.88, "unknown"},
	} {
		got, ok := Pick(Scan(c.text))
		if !ok || math.Abs(got.Value-c.value) > 1e-9 || got.Split != c.split {
			t.Errorf("%q read as %+v %v, want %v of %s", c.text, got, ok, c.value, c.split)
		}
	}
}
