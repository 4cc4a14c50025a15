package space

var (
	torchRate  = real("lr", 1, "learning_rate", 1e-6, 1).missing("0.001")
	torchDecay = real("weight_decay", -1, "l2", 1e-7, 0.1)
	torchAdam  = []arg{torchRate, torchDecay}
	zeroing    = []arg{linear("p", 0, "dropout", 0, 0.9).or("0.5")}
	memories   = []arg{step("num_layers", 2, "depth", 1, 4), linear("dropout", -1, "dropout", 0, 0.9)}
	attending  = []arg{whole("dim_feedforward", 2, "inner_width", 8, 4096).or("2048"), linear("dropout", 3, "dropout", 0, 0.9).or("0.1")}
	// skorch 1 (skorch.readthedocs.io)
	skorchNet = []arg{real("lr", -1, "learning_rate", 1e-6, 1).missing("0.01"), whole("max_epochs", -1, "epochs", 1, 300).missing("10"),
		whole("batch_size", -1, "batch_size", 4, 512), real("optimizer__weight_decay", -1, "l2", 1e-7, 0.1), linear("optimizer__momentum", -1, "momentum", 0, 0.99)}
	blocks = []arg{step("num_layers", 1, "depth", 1, 8)}
)

// torchCalls is from the API reference of PyTorch 2 (docs.pytorch.org), the
// domains from its tutorials.
var torchCalls = map[string][]arg{
	"torch.optim.Adam":     torchAdam,
	"torch.optim.AdamW":    torchAdam,
	"torch.optim.NAdam":    {real("lr", 1, "learning_rate", 1e-6, 1).missing("0.002"), torchDecay},
	"torch.optim.RAdam":    torchAdam,
	"torch.optim.Adamax":   {real("lr", 1, "learning_rate", 1e-6, 1).missing("0.002"), torchDecay},
	"torch.optim.Adagrad":  {real("lr", 1, "learning_rate", 1e-6, 1).missing("0.01"), torchDecay},
	"torch.optim.Adadelta": {real("lr", 1, "learning_rate", 1e-4, 10).missing("1.0"), torchDecay},
	"torch.optim.Rprop":    {real("lr", 1, "learning_rate", 1e-6, 1).missing("0.01")},
	"torch.optim.ASGD":     {real("lr", 1, "learning_rate", 1e-6, 1).missing("0.01"), torchDecay},
	"torch.optim.LBFGS":    {real("lr", 1, "learning_rate", 1e-4, 1).or("1"), whole("max_iter", 2, "lbfgs_steps", 1, 100).or("20")},
	"torch.optim.RMSprop":  {real("lr", 1, "learning_rate", 1e-6, 1).missing("0.01"), torchDecay, linear("momentum", -1, "momentum", 0, 0.99)},
	// Nesterov's method refuses a momentum of 0.
	"torch.optim.SGD": {torchRate, linear("momentum", 2, "momentum", 0.01, 0.99).missing("0"), torchDecay},

	"torch.optim.lr_scheduler.StepLR":            {whole("step_size", 1, "decay_steps", 1, 100), linear("gamma", 2, "decay_rate", 0.1, 1).or("0.1")},
	"torch.optim.lr_scheduler.MultiStepLR":       {linear("gamma", 2, "decay_rate", 0.1, 1).or("0.1")},
	"torch.optim.lr_scheduler.ExponentialLR":     {linear("gamma", 1, "decay_rate", 0.5, 1)},
	"torch.optim.lr_scheduler.ReduceLROnPlateau": {linear("factor", 2, "decay_rate", 0.1, 0.9).or("0.1"), whole("patience", 3, "patience", 1, 50).or("10")},
	"torch.optim.lr_scheduler.OneCycleLR":        {real("max_lr", 1, "learning_rate", 1e-5, 1)},

	"torch.utils.data.DataLoader": {whole("batch_size", 1, "batch_size", 4, 512).or("1")},

	"torch.nn.Dropout":            zeroing,
	"torch.nn.Dropout1d":          zeroing,
	"torch.nn.Dropout2d":          zeroing,
	"torch.nn.Dropout3d":          zeroing,
	"torch.nn.AlphaDropout":       zeroing,
	"torch.nn.functional.dropout": {linear("p", 1, "dropout", 0, 0.9).or("0.5")},

	"torch.nn.RNN":                     memories,
	"torch.nn.LSTM":                    memories,
	"torch.nn.GRU":                     memories,
	"torch.nn.TransformerEncoderLayer": attending,
	"torch.nn.TransformerDecoderLayer": attending,
	"torch.nn.TransformerEncoder":      blocks,
	"torch.nn.TransformerDecoder":      blocks,
	"torch.nn.MultiheadAttention":      {linear("dropout", 2, "dropout", 0, 0.9).or("0.0")},
	"torch.nn.Transformer": {step("num_encoder_layers", 2, "depth", 1, 8).or("6"), step("num_decoder_layers", 3, "depth", 1, 8).or("6"),
		whole("dim_feedforward", 4, "inner_width", 8, 4096).or("2048"), linear("dropout", 5, "dropout", 0, 0.9).or("0.1")},

	"torch.nn.utils.clip_grad_norm_":  {real("max_norm", 1, "clip", 1e-2, 100)},
	"torch.nn.utils.clip_grad_value_": {real("clip_value", 1, "clip", 1e-2, 100)},

	"torch.nn.CrossEntropyLoss": {linear("label_smoothing", -1, "label_smoothing", 0, 0.3)},

	"skorch.NeuralNet":               skorchNet,
	"skorch.NeuralNetClassifier":     skorchNet,
	"skorch.NeuralNetRegressor":      skorchNet,
	"skorch.callbacks.EarlyStopping": {whole("patience", -1, "patience", 1, 50)},

	// PyTorch Lightning 2 and Transformers 4.
	"pytorch_lightning.Trainer": {whole("max_epochs", -1, "epochs", 1, 300), real("gradient_clip_val", -1, "clip", 1e-2, 100)},
	"lightning.Trainer":         {whole("max_epochs", -1, "epochs", 1, 300), real("gradient_clip_val", -1, "clip", 1e-2, 100)},
	"lightning.pytorch.Trainer": {whole("max_epochs", -1, "epochs", 1, 300), real("gradient_clip_val", -1, "clip", 1e-2, 100)},
	"transformers.TrainingArguments": {whole("num_train_epochs", -1, "epochs", 1, 20).missing("3.0"),
		real("learning_rate", -1, "learning_rate", 1e-6, 1e-2).missing("5e-05"), whole("per_device_train_batch_size", -1, "batch_size", 4, 128),
		real("weight_decay", -1, "l2", 1e-7, 0.1)},
}
