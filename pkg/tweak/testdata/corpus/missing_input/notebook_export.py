#!/usr/bin/env python
# coding: utf-8

# In[1]:


import pandas as pd
import xgboost as xgb


# In[2]:


train = pd.read_csv('../input/train.csv')
test = pd.read_csv('../input/test.csv')


# In[3]:


y = train.pop('target')
clf = xgb.XGBClassifier(n_estimators=500, max_depth=9, learning_rate=0.05)
clf.fit(train, y)
pd.DataFrame(clf.predict(test)).to_csv('sub.csv')
