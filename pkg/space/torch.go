package space

// A shape says which arguments of a torch layer are widths. A layer without an
// output argument hands on the width that it takes.
type shape struct {
	in, out       string
	inPos, outPos int
	role          string
	high          float64
}

// shapes by canonical name, from the reference of PyTorch 2.
var shapes = map[string]shape{
	"torch.nn.Linear":      {"in_features", "out_features", 0, 1, "width", 1024},
	"torch.nn.Conv1d":      {"in_channels", "out_channels", 0, 1, "filters", 256},
	"torch.nn.Conv2d":      {"in_channels", "out_channels", 0, 1, "filters", 256},
	"torch.nn.Embedding":   {"", "embedding_dim", -1, 1, "width", 512},
	"torch.nn.RNN":         {"input_size", "hidden_size", 0, 1, "width", 512},
	"torch.nn.LSTM":        {"input_size", "hidden_size", 0, 1, "width", 512},
	"torch.nn.GRU":         {"input_size", "hidden_size", 0, 1, "width", 512},
	"torch.nn.BatchNorm1d": {"num_features", "", 0, -1, "", 0},
	"torch.nn.BatchNorm2d": {"num_features", "", 0, -1, "", 0},
	"torch.nn.LayerNorm":   {"normalized_shape", "", 0, -1, "", 0},
}

const (
	torchLinear  = "torch.nn.Linear"
	torchConv1d  = "torch.nn.Conv1d"
	torchConv2d  = "torch.nn.Conv2d"
	torchDropout = "torch.nn.Dropout"
)

// remembering are the recurrent layers.
var remembering = []string{"torch.nn.RNN", "torch.nn.LSTM", "torch.nn.GRU"}

// activates are the activations without state that take no argument.
var activates = []string{"torch.nn.ReLU", "torch.nn.Tanh", "torch.nn.ELU", "torch.nn.GELU", "torch.nn.LeakyReLU", "torch.nn.SiLU", "torch.nn.Sigmoid"}

// neutral are further layers that keep the width.
var neutral = append([]string{torchDropout, "torch.nn.Dropout2d", "torch.nn.Identity", "torch.nn.Flatten", "torch.nn.MaxPool1d", "torch.nn.MaxPool2d",
	"torch.nn.AvgPool2d", "torch.nn.AdaptiveAvgPool2d", "torch.nn.AdaptiveMaxPool2d", "torch.nn.PReLU", "torch.nn.Softmax", "torch.nn.LogSoftmax"}, activates...)
