// Package pysrc reads Python source (3.8 to 3.14) into a tree with exact byte
// ranges, without a Python interpreter.
//
// Ranges are those of CPython's ast module, in bytes of the source as given
// (BOM, CRLF and tabs included): parentheses around an expression belong to
// its parent. Parse never fails: where the source is damaged, the statement
// that holds the damage becomes a *Bad and reading goes on behind it.
package pysrc

// A Node is anything with a place in the source.
type Node interface {
	// Span returns the half-open byte range of the node.
	Span() Range
}

// Range is a half-open range of bytes.
type Range struct{ Start, End int }

// Span returns the range itself, so that embedding a Range makes a Node.
func (r Range) Span() Range { return r }

// Expr is an expression.
type Expr interface{ Node }

// Stmt is a statement.
type Stmt interface{ Node }

// A File is one module.
type File struct {
	Src      []byte
	Body     []Stmt
	Comments []Range
	Problems []Problem // empty for a file that was read whole

	lines []int // offset of each line's first byte
}

// A Problem is a place that could not be read.
type Problem struct {
	Range
	Line int // 1-based
	Text string
}

// Expressions.
type (
	// Name is an identifier.
	Name struct {
		Range
		ID string
	}
	// Attribute is Value.Attr.
	Attribute struct {
		Range
		Value Expr
		Attr  string
	}
	// Call is Func(Args, Keywords). Open and Close are the offsets of its
	// parentheses. Args holds *Starred for *args.
	Call struct {
		Range
		Func        Expr
		Args        []Expr
		Keywords    []*Keyword
		Open, Close int
	}
	// Keyword is Arg=Value within a call or class header; Arg is empty for **Value.
	Keyword struct {
		Range
		Arg   string
		Value Expr
	}
	// Number is a numeric literal without sign.
	Number struct{ Range }
	// String is a string literal; adjacent literals that Python concatenates are
	// one String. Value is the decoded text where it is simple, see Plain.
	String struct {
		Range
		Value string
		Plain bool // one literal, neither bytes nor f- or t-string, and without \N{...}
		// Format says that an f- or t-string is among the parts.
		Format bool
	}
	// Constant is True, False, None or "...".
	Constant struct {
		Range
		Text string
	}
	// Unary is Op X, say "-" or "not".
	Unary struct {
		Range
		Op string
		X  Expr
	}
	// Binary is X Op Y, comparisons and "and"/"or" included (a chain nests to the left).
	Binary struct {
		Range
		Op   string
		X, Y Expr
	}
	// List, Tuple and Set are displays; a Tuple may lack parentheses.
	List struct {
		Range
		Elts []Expr
	}
	Tuple struct {
		Range
		Elts []Expr
	}
	Set struct {
		Range
		Elts []Expr
	}
	// Dict holds a nil key for **value.
	Dict struct {
		Range
		Keys, Values []Expr
	}
	// Subscript is Value[Index]; a slice is a *Slice.
	Subscript struct {
		Range
		Value, Index Expr
	}
	Slice struct {
		Range
		Low, High, Step Expr
	}
	Starred struct {
		Range
		Value Expr
	}
	Lambda struct {
		Range
		Params []*Param
		Body   Expr
	}
	// Cond is Then if Test else Else.
	Cond struct {
		Range
		Then, Test, Else Expr
	}
	// Comp is a comprehension or generator expression. Kind is one of "list",
	// "set", "dict", "generator"; Elt is the key of a dict and Value its value.
	Comp struct {
		Range
		Kind       string
		Elt, Value Expr
		Clauses    []*Clause
	}
	Clause struct {
		Range
		Target, Iter Expr
		Ifs          []Expr
	}
	// Walrus is Target := Value.
	Walrus struct {
		Range
		Target, Value Expr
	}
	// Await, Yield: Op is "await", "yield", "yield from".
	Await struct {
		Range
		Op string
		X  Expr // nil for a bare yield
	}
)

// Patterns, found in the Target of a "case". The rest of a pattern is made of
// expressions: Name, Number, String, Constant, Attribute, Unary, Binary ("|"
// included), List, Tuple, Dict, Starred.
type (
	// ClassPattern is Class(Args, Keywords): it looks like a call and is none.
	ClassPattern struct {
		Range
		Class    Expr
		Args     []Expr
		Keywords []*KeywordPattern
	}
	// KeywordPattern is Arg=Pattern within a ClassPattern.
	KeywordPattern struct {
		Range
		Arg     string
		Pattern Expr
	}
	// AsPattern is Pattern as Name.
	AsPattern struct {
		Range
		Pattern Expr
		Name    string
	}
)

// Statements.
type (
	// Import is `import a.b as c, d`.
	Import struct {
		Range
		Names []Alias
	}
	// ImportFrom is `from ..a import b as c`; Level counts the leading dots.
	ImportFrom struct {
		Range
		Module string
		Level  int
		Names  []Alias // one Alias "*" for a star import
	}
	// Alias is one imported name.
	Alias struct {
		Range
		Name, As string
	}
	// Assign is Targets = Value (`a = b = 1` has two), AnnAssign and augmented
	// assignment included: Op is "=", "+=", ...; Value is nil for `x: int`.
	Assign struct {
		Range
		Targets    []Expr
		Annotation Expr
		Op         string
		Value      Expr
	}
	// ExprStmt is an expression on its own.
	ExprStmt struct {
		Range
		X Expr
	}
	// Def is a function; its range begins at "def" (or "async"), as in ast,
	// behind the decorators.
	Def struct {
		Range
		Name       string
		Async      bool
		TypeParams []*Param // def f[T: int](...)
		Params     []*Param
		Returns    Expr
		Body       []Stmt
		Decorators []Expr
	}
	// Param is a parameter; Kind is "", "*" or "**". The bare markers "*" and "/"
	// are left out.
	Param struct {
		Range
		Name       string
		Kind       string
		Annotation Expr
		Default    Expr
	}
	// Class is a class definition; Keywords holds metaclass= and the like.
	Class struct {
		Range
		Name       string
		TypeParams []*Param
		Bases      []Expr
		Keywords   []*Keyword
		Body       []Stmt
		Decorators []Expr
	}
	// Block is any other compound statement: Keyword is "if", "while", "for",
	// "with", "try", "match". Its parts are the clauses in order.
	Block struct {
		Range
		Keyword string
		Async   bool
		Parts   []*Part
	}
	// Part is a clause of a Block. What it holds depends on the Keyword:
	//
	//	if, elif, while   Test
	//	for               Target in Test
	//	with              Items[i] as Targets[i], the target nil where absent
	//	except            Test (nil when bare) as Target
	//	match             Test, no Body: the "case" parts follow
	//	case              Target (the pattern) if Test (the guard, or nil)
	//	else, try, finally
	Part struct {
		Range
		Keyword string
		Target  Expr
		Test    Expr
		Items   []Expr
		Targets []Expr
		Body    []Stmt
	}
	// Simple is return, raise, del, pass, break, continue, global, nonlocal,
	// assert, type. A type statement has its name and its value in Exprs.
	Simple struct {
		Range
		Keyword    string
		Exprs      []Expr
		Names      []string // global, nonlocal
		TypeParams []*Param // type
	}
	// Bad is a line that could not be read. Where it is the header of a block,
	// the statements below it follow the Bad in the surrounding body.
	Bad struct{ Range }
)
