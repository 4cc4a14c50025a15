package metric

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// repeated prints a line for each epoch of a range, with a loss and an accuracy.
func repeated(from, to, step int, format string) string {
	var text strings.Builder
	for n := from; n <= to; n += step {
		fmt.Fprintf(&text, format, n, 1/float64(n+2), 1-1/float64(n+2))
	}
	return text.String()
}

// What loops print of their epochs is a curve, by whatever words.
func TestCurve(t *testing.T) {
	for name, test := range map[string]struct {
		text   string
		epochs []int
		last   map[string]float64
	}{
		"PyTorch's tutorials": {"start\n" + repeated(1, 3, 1, "Epoch [%d/3], Loss: %.3f, Val Acc: %.3f\n") + "Test Accuracy: 0.5\n",
			[]int{1, 2, 3}, map[string]float64{"loss": 0.2, "val_accuracy": 0.8}},
		"counted from 0": {repeated(0, 2, 1, "epoch %d train loss %.2f train acc %.2f\n"),
			[]int{1, 2, 3}, map[string]float64{"loss": 0.25, "accuracy": 0.75}},
		"every tenth": {repeated(10, 30, 10, "[epoch %d] loss=%.4f test accuracy=%.2f\n"),
			[]int{10, 20, 30}, map[string]float64{"loss": 0.0312, "val_accuracy": 0.97}},
		"several lines an epoch": {repeated(1, 2, 1, "Epoch %d\n-----\n  batch 10 loss: 9.0\n  batch 20 loss: %.2f\nvalidation accuracy: %.2f\n") + "\n\n\nvalidation accuracy: 0.1\n",
			[]int{1, 2}, map[string]float64{"loss": 0.25, "val_accuracy": 0.75}},
		"each batch": {repeated(1, 2, 1, "Epoch: %[1]d, Step: 1, Loss: 7.5\nEpoch: %[1]d, Step: 2, Loss: %.2[2]f\n"),
			[]int{1, 2}, map[string]float64{"loss": 0.25}},
		"the last of several trainings": {repeated(1, 5, 1, "fold 1 epoch %d loss: %.2f acc: %.2f\n") + repeated(1, 2, 1, "fold 2 epoch %d loss: %.2f acc: %.2f\n"),
			[]int{1, 2}, map[string]float64{"loss": 0.25, "accuracy": 0.75}},
		"a loss that is gone": {"epoch 1 loss: 2.0\nepoch 2 loss: 9.0\nepoch 3 loss: nan\n",
			[]int{1, 2, 3}, map[string]float64{}},
		"other data behind the last": {repeated(1, 3, 1, "Epoch %d: train loss %.2f, val acc %.2f\n") + "Evaluation on test data:\naccuracy: 0.1\n",
			[]int{1, 2, 3}, map[string]float64{"loss": 0.2, "val_accuracy": 0.8}},
		"no epochs":         {"loss: 1.0\nloss: 0.5\n", nil, nil},
		"only one":          {"Epoch 1 loss: 1.0\n", nil, nil},
		"settings":          {"epochs: 10\nbatch size: 32\nTest accuracy: 0.9\n", nil, nil},
		"settings, and one": {"epochs = 10\nEpoch 1 loss: 1.0\nEpoch 2 loss: 0.5\n", []int{1, 2}, map[string]float64{"loss": 0.5}},
	} {
		t.Run(name, func(t *testing.T) {
			curve := Curve(test.text)
			var epochs []int
			for _, e := range curve {
				epochs = append(epochs, e.N)
			}
			if !reflect.DeepEqual(epochs, test.epochs) {
				t.Fatalf("got %v", curve)
			}
			if len(curve) > 0 && !reflect.DeepEqual(curve[len(curve)-1].Values, test.last) {
				t.Errorf("got %v", curve)
			}
		})
	}
}
