package inspect

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// comparing are words by which a README begins that is about several models.
var comparing = set("vs versus compare compares comparing comparison comparative")

// mentioned leaves the files that a README names.
func mentioned(names []string, readme string) []string {
	return only(names, func(n string) bool {
		return regexp.MustCompile(`(?:^|[^\w-])` + regexp.QuoteMeta(path.Base(n)) + `(?:\W|$)`).MatchString(readme)
	})
}

// subject leaves, of files for which as much speaks, the only one whose name says
// what the README begins with.
func subject(names []string, readme []byte) []string {
	begin := beginning(readme)
	if slices.ContainsFunc(begin, func(w string) bool { return comparing[w] }) {
		return names
	}
	said := func(list []string) bool {
		return len(list) > 0 && !slices.ContainsFunc(list, func(w string) bool { return !says(begin, w) })
	}
	meant := only(names, func(n string) bool { return said(ownWords(n, names)) })
	if len(meant) == 0 { // cnn of a README about a cnn, beside other_cnn
		meant = only(names, func(n string) bool { return len(ownWords(n, names)) == 0 && said(ownWords(n, nil)) })
	}
	if len(meant) == 1 {
		return meant
	}
	return names
}

// ownWords are those of the name of a file that no other has.
func ownWords(name string, names []string) []string {
	return slices.DeleteFunc(words(title(name)), func(w string) bool {
		return len(w) < 2 || starting[w] || plain[w] || beside[w] || filling[w] || slices.ContainsFunc(names, func(n string) bool { return n != name && slices.Contains(words(title(n)), w) })
	})
}

// filling are words that say nothing of what is modelled.
var filling = set("a an and by for from in of on the to with keras tensorflow tf torch pytorch sklearn scikit learn py")

// list is where a text goes on with a list, a table or code.
var list = regexp.MustCompile("(?m)^\\s*(?:[*+-]\\s|\\d+[.)]\\s|\\||```)")

// beginning lists the words of a text's heading and first paragraph.
func beginning(text []byte) []string {
	begin := string(bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))))
	if parts := strings.SplitN(begin, "\n\n", 3); len(parts) == 3 {
		begin = parts[0] + "\n" + parts[1]
	}
	if at := list.FindStringIndex(begin); at != nil {
		begin = begin[:at[0]]
	}
	return strings.FieldsFunc(strings.ToLower(begin), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// says tells whether a text has a word, or words with its letters as initials:
// cnn for a convolutional neural network.
func says(text []string, word string) bool {
	if slices.ContainsFunc(text, func(t string) bool { return t == word || len(word) > 3 && strings.HasSuffix(t, word) }) { // pytorch
		return true
	}
	for i := 0; len(word) > 2 && i+len(word) <= len(text); i++ {
		j := 0
		for j < len(word) && len(text[i+j]) > 1 && text[i+j][0] == word[j] {
			j++
		}
		if j == len(word) {
			return true
		}
	}
	return false
}
