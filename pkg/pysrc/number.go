package pysrc

// numberLen returns the length of the number that src begins with. It takes
// Python 2's 0777 as well; a letter behind a number is another token, so that
// "1if x else y" reads as it does in Python.
func numberLen(src []byte) int {
	if len(src) > 1 && src[0] == '0' {
		switch src[1] | 0x20 {
		case 'x':
			return 2 + digitsLen(src[2:], isHex)
		case 'o', 'b':
			return 2 + digitsLen(src[2:], isDigit)
		}
	}
	n := digitsLen(src, isDigit)
	if n < len(src) && src[n] == '.' {
		n++
		n += digitsLen(src[n:], isDigit)
	}
	if n < len(src) && src[n]|0x20 == 'e' {
		exponent := n + 1
		if exponent < len(src) && (src[exponent] == '+' || src[exponent] == '-') {
			exponent++
		}
		if exponent < len(src) && isDigit(src[exponent]) {
			n = exponent + digitsLen(src[exponent:], isDigit)
		}
	}
	if n < len(src) && src[n]|0x20 == 'j' {
		n++
	}
	return n
}

func digitsLen(src []byte, digit func(byte) bool) int {
	n := 0
	for n < len(src) && (digit(src[n]) || src[n] == '_' && n+1 < len(src) && digit(src[n+1])) {
		n++
	}
	return n
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
