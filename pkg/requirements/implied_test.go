package requirements

import (
	"slices"
	"strings"
	"testing"
)

// What a call needs and nobody imports is added, or warned of where a file lists
// requirements.
func TestImplied(t *testing.T) {
	for text, want := range map[string]string{
		"from transformers import Trainer, TrainingArguments\nTrainer(args=TrainingArguments('out'))\n":                        "accelerate torch transformers",
		"from transformers import AutoModelForMaskedLM as A\nA.from_pretrained('x')\n":                                         "torch transformers",
		"from transformers import TFBertModel\nTFBertModel.from_pretrained('x')\n":                                             "tensorflow tf-keras transformers",
		"from transformers import AutoTokenizer\nAutoTokenizer.from_pretrained('x')\n":                                         "transformers",
		"import evaluate\nevaluate.load('accuracy')\n":                                                                         "evaluate scikit-learn",
		"import evaluate\nevaluate.load('bleu')\n":                                                                             "evaluate",
		"import pandas as pd\npd.read_excel('a.xlsx')\npd.read_parquet(p)\n":                                                   "openpyxl pandas pyarrow",
		"import pandas as pd\npd.read_excel('a.xls')\n":                                                                        "pandas xlrd",
		"from tensorflow.keras.preprocessing.image import ImageDataGenerator\nImageDataGenerator().flow_from_directory('d')\n": "pillow scipy tensorflow",
		"from xgboost import XGBClassifier\nXGBClassifier()\n":                                                                 "scikit-learn xgboost",
		"import pandas as pd\ntry:\n    pd.read_parquet(p)\nexcept Exception:\n    pass\n":                                     "pandas",
	} {
		got, err := find(t, "", map[string]string{"train.py": text})
		if err != nil || strings.Join(got.Lines, " ") != want {
			t.Errorf("%q: %q, %v, want %q", text, got.Lines, err, want)
		}
	}
	got, err := find(t, "", map[string]string{"train.py": "import pandas as pd\npd.read_excel('a.xlsx')\n", "requirements.txt": "pandas==1.1\n"})
	if err != nil || !slices.Equal(got.Lines, []string{"pandas==1.1"}) || len(got.Hazards) != 1 || !strings.Contains(got.Hazards[0], "train.py:2 calls pandas.read_excel, which may need openpyxl") {
		t.Errorf("with a file: %q, hazards %q, %v", got.Lines, got.Hazards, err)
	}
	got, err = find(t, "", map[string]string{"train.py": "import pandas as pd\npd.read_excel('a.xlsx')\n", "requirements.txt": "pandas\nopenpyxl\n"})
	if err != nil || len(got.Hazards) != 0 {
		t.Errorf("listed: hazards %q, %v", got.Hazards, err)
	}
}
