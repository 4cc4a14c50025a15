package space

var (
	activations = []string{"'relu'", "'tanh'", "'elu'", "'gelu'", "'sigmoid'"}
	optimizers  = []string{"'adam'", "'sgd'", "'rmsprop'", "'nadam'", "'adamw'"}

	activation  = oneOf("activation", -1, "activation", activations...)
	units       = whole("units", 0, "width", 1, 1024).aka("output_dim")
	memory      = whole("units", 0, "width", 1, 512)
	filters     = whole("filters", 0, "filters", 1, 256).aka("nb_filter").without("groups")
	kernelSize  = step("kernel_size", 1, "kernel_size", 1, 7)
	dropoutRate = linear("rate", 0, "dropout", 0, 0.9).aka("p")
	adamRate    = real("learning_rate", 0, "learning_rate", 1e-5, 0.1).aka("lr").missing("0.001")
	weightDecay = real("weight_decay", -1, "l2", 1e-7, 0.1)
	rateDecay   = real("decay", -1, "decay", 1e-8, 1e-2)

	recurrent = []arg{memory, linear("dropout", -1, "dropout", 0, 0.9), linear("recurrent_dropout", -1, "dropout", 0, 0.9)}
	clipNorm  = real("clipnorm", -1, "clip", 1e-2, 100)
	clipValue = real("clipvalue", -1, "clip", 1e-2, 100)
	adaptive  = []arg{adamRate, weightDecay, clipNorm, clipValue}
)

// kerasCalls is from the API reference of Keras 3 (keras.io/api), the domains
// from its guides.
var kerasCalls = map[string][]arg{
	"keras.layers.Dense":              {units, oneOf("activation", 1, "activation", activations...).or("None")},
	"keras.layers.Activation":         {oneOf("activation", 0, "activation", activations...).only()},
	"keras.layers.Conv1D":             {filters, kernelSize, activation},
	"keras.layers.Conv2D":             {filters, kernelSize, activation},
	"keras.layers.Conv3D":             {filters, kernelSize, activation},
	"keras.layers.SeparableConv1D":    {filters, kernelSize, activation},
	"keras.layers.SeparableConv2D":    {filters, kernelSize, activation},
	"keras.layers.Conv1DTranspose":    {filters, activation},
	"keras.layers.Conv2DTranspose":    {filters, activation},
	"keras.layers.LSTM":               recurrent,
	"keras.layers.GRU":                recurrent,
	"keras.layers.SimpleRNN":          recurrent,
	"keras.layers.Embedding":          {whole("output_dim", 1, "width", 1, 512).without("weights", "embeddings_initializer")},
	"keras.layers.Dropout":            {dropoutRate},
	"keras.layers.SpatialDropout1D":   {dropoutRate},
	"keras.layers.SpatialDropout2D":   {dropoutRate},
	"keras.layers.SpatialDropout3D":   {dropoutRate},
	"keras.layers.AlphaDropout":       {dropoutRate},
	"keras.layers.GaussianDropout":    {dropoutRate},
	"keras.layers.GaussianNoise":      {linear("stddev", 0, "noise", 0, 1)},
	"keras.layers.BatchNormalization": {linear("momentum", 1, "averaging", 0.5, 0.999).or("0.99")},

	"keras.layers.MultiHeadAttention": {step("num_heads", 0, "heads", 1, 16), linear("dropout", 3, "dropout", 0, 0.9).or("0.0")},

	"keras.regularizers.l1":    {real("l1", 0, "l2", 1e-7, 0.1).or("0.01").aka("l")},
	"keras.regularizers.l2":    {real("l2", 0, "l2", 1e-7, 0.1).or("0.01").aka("l")},
	"keras.regularizers.L1":    {real("l1", 0, "l2", 1e-7, 0.1).or("0.01")},
	"keras.regularizers.L2":    {real("l2", 0, "l2", 1e-7, 0.1).or("0.01")},
	"keras.regularizers.L1L2":  {real("l1", 0, "l2", 1e-7, 0.1).or("0.0"), real("l2", 1, "l2", 1e-7, 0.1).or("0.0")},
	"keras.regularizers.l1_l2": {real("l1", 0, "l2", 1e-7, 0.1).or("0.0"), real("l2", 1, "l2", 1e-7, 0.1).or("0.0")},

	"keras.optimizers.Adam":     adaptive,
	"keras.optimizers.AdamW":    {adamRate, real("weight_decay", 1, "l2", 1e-7, 0.1).or("0.004"), clipNorm, clipValue},
	"keras.optimizers.Nadam":    adaptive,
	"keras.optimizers.Adamax":   adaptive,
	"keras.optimizers.Lion":     adaptive,
	"keras.optimizers.Ftrl":     {adamRate},
	"keras.optimizers.RMSprop":  {adamRate, linear("momentum", 2, "momentum", 0, 0.99).or("0.0"), clipNorm, clipValue},
	"keras.optimizers.Adagrad":  {real("learning_rate", 0, "learning_rate", 1e-4, 1).aka("lr").missing("0.001")},
	"keras.optimizers.Adadelta": {real("learning_rate", 0, "learning_rate", 1e-4, 10).aka("lr").missing("0.001")},
	"keras.optimizers.SGD": {real("learning_rate", 0, "learning_rate", 1e-5, 1).aka("lr").missing("0.01"),
		linear("momentum", 1, "momentum", 0, 0.99).missing("0.0"), weightDecay, clipNorm, clipValue},
	"keras.optimizers.schedules.ExponentialDecay": {real("initial_learning_rate", 0, "learning_rate", 1e-5, 0.1),
		whole("decay_steps", 1, "decay_steps", 10, 100000), linear("decay_rate", 2, "decay_rate", 0.1, 1)},
	"keras.optimizers.schedules.CosineDecay": {real("initial_learning_rate", 0, "learning_rate", 1e-5, 0.1),
		whole("decay_steps", 1, "decay_steps", 10, 100000)},

	"keras.Model.compile": {oneOf("optimizer", 0, "optimizer", optimizers...)},
	"keras.Model.fit": {whole("epochs", 3, "epochs", 1, 300).aka("nb_epoch").missing("1"),
		whole("batch_size", 2, "batch_size", 4, 512)},
	"keras.callbacks.EarlyStopping":        {whole("patience", 2, "patience", 1, 50).or("0")},
	"keras.callbacks.ReduceLROnPlateau":    {linear("factor", 1, "decay_rate", 0.1, 0.9).or("0.1"), whole("patience", 2, "patience", 1, 50).or("10")},
	"keras.losses.CategoricalCrossentropy": {linear("label_smoothing", 1, "label_smoothing", 0, 0.3).or("0.0")},

	"keras.preprocessing.image.ImageDataGenerator.flow":                {whole("batch_size", 2, "batch_size", 4, 512).or("32")},
	"keras.preprocessing.image.ImageDataGenerator.flow_from_directory": {whole("batch_size", 5, "batch_size", 4, 512).or("32")},

	batched: {whole("batch_size", 0, "batch_size", 4, 512)},
	"keras.utils.image_dataset_from_directory":         {whole("batch_size", 5, "batch_size", 4, 512).or("32")},
	"keras.preprocessing.image_dataset_from_directory": {whole("batch_size", 5, "batch_size", 4, 512).or("32")},
	"keras.utils.text_dataset_from_directory":          {whole("batch_size", 4, "batch_size", 4, 512).or("32")},
}

// formerCalls are of versions that came before, by their last references: Keras
// 2.3 and TensorFlow 1.15.
var formerCalls = map[string][]arg{
	"keras.optimizers.Adam":      {rateDecay},
	"keras.optimizers.SGD":       {rateDecay},
	"keras.optimizers.RMSprop":   {rateDecay},
	"keras.layers.Convolution2D": {filters, activation},
	"keras.layers.Convolution1D": {filters, activation},
	"keras.Model.fit_generator":  {whole("epochs", 2, "epochs", 1, 300).aka("nb_epoch").missing("1")},

	"tensorflow.train.AdamOptimizer":            {adamRate},
	"tensorflow.train.RMSPropOptimizer":         {real("learning_rate", 0, "learning_rate", 1e-5, 0.1)},
	"tensorflow.train.GradientDescentOptimizer": {real("learning_rate", 0, "learning_rate", 1e-5, 1)},
	"tensorflow.train.AdagradOptimizer":         {real("learning_rate", 0, "learning_rate", 1e-5, 1)},
	"tensorflow.train.AdadeltaOptimizer":        {adamRate},
	"tensorflow.train.MomentumOptimizer": {real("learning_rate", 0, "learning_rate", 1e-5, 1),
		linear("momentum", 1, "momentum", 0, 0.99)},
}
