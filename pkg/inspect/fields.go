package inspect

import (
	"fmt"
	"reflect"
	"strings"
)

// A Field documents a field of the JSON form.
type Field struct {
	Name string // "data[].kind"
	Type string // string, integer, number, boolean, object, list of ...; "or null" behind it where it may be
	Doc  string
}

// Fields documents the JSON form of a Program in the order in which it is
// printed. The doc tags of the types are its one source.
func Fields() []Field { return fields(reflect.TypeFor[Program](), "") }

func fields(t reflect.Type, prefix string) (list []Field) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		list = append(list, Field{prefix + name, typeName(f.Type), f.Tag.Get("doc")})
		switch {
		case f.Type.Kind() == reflect.Struct:
			list = append(list, fields(f.Type, prefix+name+".")...)
		case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct:
			list = append(list, fields(f.Type.Elem(), prefix+name+"[].")...)
		}
	}
	return list
}

// typeName is JSON's word for a type.
func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Bool:
		return "boolean"
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Slice:
		return "list of " + typeName(t.Elem()) + "s"
	case reflect.Pointer:
		return typeName(t.Elem()) + " or null"
	}
	return t.Kind().String()
}

// Document is the documentation of the JSON form, a line for each field.
func Document() string {
	var b strings.Builder
	for _, f := range Fields() {
		fmt.Fprintf(&b, "%-21s %-16s %s\n", f.Name, f.Type, f.Doc)
	}
	return b.String()
}
