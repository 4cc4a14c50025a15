package requirements

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// conda reads the dependencies of a conda environment, those of pip within it
// included. Channels and the version of Python stay out.
func conda(text []byte) (l listing, err error) {
	var file struct {
		Dependencies []yaml.Node `yaml:"dependencies"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return l, err
	}
	for _, node := range file.Dependencies {
		var pip struct {
			Lines []string `yaml:"pip"`
		}
		if node.Kind == yaml.ScalarNode {
			if line := fromConda(node.Value); line != "" {
				l.lines = append(l.lines, line)
			}
		} else if err := node.Decode(&pip); err != nil {
			return l, err
		}
		l.lines = append(l.lines, pip.Lines...)
	}
	return l, nil
}

// condaNames are projects that go by another name in conda's channels.
var condaNames = pairs(`pytorch torch pytorch-cpu torch pytorch-gpu torch opencv opencv-python-headless py-opencv opencv-python-headless
	pytables tables py-xgboost xgboost py-xgboost-cpu xgboost py-xgboost-gpu xgboost matplotlib-base matplotlib seaborn-base seaborn dask-core dask
	python-graphviz graphviz python-lmdb lmdb msgpack-python msgpack ruamel-yaml ruamel.yaml keras-gpu keras tensorflow-mkl tensorflow
	tensorflow-eigen tensorflow pyqt pyqt5 faiss faiss-cpu brotli-python brotli python-igraph igraph`)

// native matches packages of conda that hold no Python, or that pip brings along.
var native = regexp.MustCompile(`^(?:python|python-abi|pip|setuptools|wheel|conda.*|mamba|anaconda.*|cuda.*|cudatoolkit.*|cudnn|nccl|pytorch-cuda|pytorch-mutex|torchtriton|mkl|mkl-service|mkl-random|mkl-fft|mkl-include|blas|openblas|lapack|nomkl|intel-openmp|tbb|tensorflow-base|tensorflow-estimator|tensorboard-data-server|gcc.*|gxx.*|gfortran.*|clang.*|llvm-openmp|binutils.*|cmake|make|ninja|pkg-config|git|git-lfs|ffmpeg|graphviz|nodejs|openjdk|openmpi|mpich|hdf5|openssl|ca-certificates|readline|ncurses|sqlite|tk|xz|zlib|zstd|bzip2|lz4-c|lzo|ld-impl-.*|jpeg|openjpeg|giflib|freetype|fontconfig|fonts-.*|font-.*|icu|expat|glib|gettext|gmp|mpfr|mpc|qt.*|pcre.*|xorg-.*|m2w64-.*|msys2-.*|vc|vs20.*|ucrt|r-.*|unixodbc|unzip|wget|curl|lcms2|lerc|harfbuzz|cairo|pixman|geos|proj|gdal|snappy|aom|x264|x265|dav1d|nettle|gnutls|lame|krb5|c-ares|libgomp|eigen|boost-cpp|protobuf-c|-.*)$`)

// fromConda translates a match specification: "conda-forge::numpy=1.21=py39h1".
// It is empty for what pip does not install.
func fromConda(spec string) string {
	spec, _, _ = strings.Cut(spec, " #")
	if _, rest, channel := strings.Cut(spec, "::"); channel {
		spec = rest
	}
	if i := strings.IndexByte(spec, '['); i >= 0 { // numpy[version='>=1', build=...]
		spec = spec[:i]
	}
	spec = strings.TrimSpace(spec)
	name := spec
	if i := strings.IndexAny(spec, " =<>!~"); i >= 0 {
		name = spec[:i]
	}
	version := strings.TrimSpace(spec[len(name):])
	plain := normal(name)
	other, renamed := condaNames[plain]
	if renamed {
		name = other
	}
	build := ""
	if strings.HasPrefix(version, "=") && !strings.HasPrefix(version, "==") {
		version, build, _ = strings.Cut(version[1:], "=")
		switch {
		case build != "" && version != "":
			version = "==" + version
		case version != "":
			version = "==" + strings.TrimSuffix(strings.TrimSuffix(version, "*"), ".") + ".*"
		}
	} else if fields := strings.Fields(version); len(fields) > 0 { // "numpy 1.21", "numpy 1.21 py39_0", "numpy >=1.21"
		if version = strings.Join(fields, ""); version[0] >= '0' && version[0] <= '9' {
			version = "==" + strings.TrimSuffix(fields[0], ".*") + ".*"
		}
	}
	if i := strings.IndexByte(version, '|'); i >= 0 { // alternatives, which pip lacks
		version = version[i+1:]
	}
	switch _, known := provided[normal(name)]; {
	case renamed || known:
	case native.MatchString(plain), strings.HasPrefix(plain, "lib"), strings.HasPrefix(spec, "_"):
		return ""
	case build != "" && !strings.Contains(build, "py"): // an exported environment: a build without Python
		return ""
	}
	if name == "" {
		return ""
	}
	return name + version
}
