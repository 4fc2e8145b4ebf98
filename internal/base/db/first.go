package db

import (
	"context"
	"errors"
	"reflect"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
)

// A use case asks the embedded database many small questions while everybody
// waits behind the one writing connection. The way through database/sql costs
// such a question twice what the database needs for it, so its first row is
// read here from the statement itself. Whatever is out of the ordinary — another
// type, another kind of statement, a failure — is left to the usual way.

var errUnusual = errors.New("db: to be read through database/sql")

// raw gives the connection's own handle; only the writer's goroutine uses it.
func (w *writer) raw(ctx context.Context) *sqlite3.Conn {
	if w.handle == nil {
		_ = w.conn.Raw(func(c any) error {
			if c, ok := c.(driver.Conn); ok {
				w.handle = c.Raw()
			}
			return nil
		})
	}
	return w.handle
}

// question gives a prepared reading statement, or nil.
func (w *writer) question(ctx context.Context, q string) *sqlite3.Stmt {
	if st, ok := w.reads[q]; ok {
		return st
	}
	c := w.raw(ctx)
	if c == nil || len(w.reads) >= maxStmts {
		return nil
	}
	st, rest, err := c.Prepare(q)
	if err != nil || st == nil {
		return nil
	}
	if rest != "" || !st.ReadOnly() {
		_ = st.Close()
		st = nil
	}
	w.reads[q] = st
	return st
}

// first scans the first row of a question. Its failure errUnusual says that
// nothing was found out.
func (t *Tx) first(ctx context.Context, scan func(Row) error, q string, args []any) (err error) {
	st := t.conn.question(ctx, t.d.text(q))
	if st == nil || st.Busy() {
		return errUnusual
	}
	defer func() {
		if e := errors.Join(st.Reset(), st.ClearBindings()); e != nil && err == nil {
			err = errUnusual
		}
	}()
	for i, a := range args {
		switch a := a.(type) {
		case string:
			err = st.BindText(i+1, a)
		case int:
			err = st.BindInt(i+1, a)
		case int64:
			err = st.BindInt64(i+1, a)
		case bool:
			err = st.BindBool(i+1, a)
		default:
			err = errUnusual
		}
		if err != nil {
			return errUnusual
		}
	}
	if !st.Step() {
		if st.Err() != nil {
			return errUnusual
		}
		return notFound()
	}
	return scan(rawRow{st})
}

// rawRow reads the columns of a statement's present row.
type rawRow struct{ st *sqlite3.Stmt }

// Scan copies texts, whole numbers and truth values.
func (r rawRow) Scan(dest ...any) error {
	if len(dest) != r.st.DataCount() {
		return errUnusual
	}
	for i, d := range dest {
		kind := r.st.ColumnType(i)
		switch d := d.(type) {
		case *string:
			if kind != sqlite3.TEXT {
				return errUnusual
			}
			*d = r.st.ColumnText(i)
		case *int:
			if kind != sqlite3.INTEGER {
				return errUnusual
			}
			*d = int(r.st.ColumnInt64(i))
		case *int64:
			if kind != sqlite3.INTEGER {
				return errUnusual
			}
			*d = r.st.ColumnInt64(i)
		case *bool:
			n := r.st.ColumnInt64(i)
			if kind != sqlite3.INTEGER || n != 0 && n != 1 {
				return errUnusual
			}
			*d = n == 1
		default:
			v := reflect.ValueOf(d)
			if kind != sqlite3.TEXT || v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.String {
				return errUnusual
			}
			if _, scans := d.(interface{ Scan(any) error }); scans {
				return errUnusual
			}
			v.Elem().SetString(r.st.ColumnText(i))
		}
	}
	return nil
}
