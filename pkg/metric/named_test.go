package metric

import "testing"

func TestNamed(t *testing.T) {
	for _, c := range []struct {
		text, name string
		want       float64
		split      string
	}{
		{"epoch 1 train rmse 0.9\nTest RMSE: 0.31\n", "rmse", 0.31, "test"},
		{"Mean squared error = 1.5e-3", "mse", 1.5e-3, "unknown"},
		{"R2 score: -0.25", "r2", -0.25, "unknown"},
		{"val_loss: 0.7\nval_loss: 0.5", "loss", 0.5, "validation"},
		{"f1=0.8", "f1", 0.8, "unknown"},
	} {
		got, ok := Named(c.text, c.name)
		if !ok || got.Value != c.want || got.Split != c.split {
			t.Errorf("%s in %q: %+v", c.name, c.text, got)
		}
	}
	for _, text := range []string{"Test accuracy: 0.9", "formse 3", "rmse improved"} {
		if got, ok := Named(text, "rmse"); ok {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestIs(t *testing.T) {
	if !Is("mean_squared_error", "mse") || !Is("f1_score", "F1") || Is("loss", "mse") || !Is("loss", "loss") {
		t.Error("names of measures")
	}
	if !Minimised("val_loss") || !Minimised("rmse") || Minimised("f1") || Minimised("accuracy") || Minimised("r2") {
		t.Error("directions of measures")
	}
}
