from sklearn.datasets import load_files
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.model_selection import train_test_split

reviews = load_files('reviews', encoding='utf-8')
a, b, c, d = train_test_split(reviews.data, reviews.target, test_size=.5, random_state=0)
text_clf = make_pipeline(CountVectorizer(max_features=3), TfidfTransformer(), MultinomialNB(alpha=100))
text_clf.fit(a, c)
print('Accuracy: {:0.2f}'.format(text_clf.score(b, d)))
