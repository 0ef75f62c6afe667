package recent

import (
	"errors"
	"testing"
	"time"
)

func TestCacheRemembersForItsAge(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	c := New[int](time.Second, 2, func() time.Time { return now })
	reads := 0
	read := func() (int, error) { reads++; return reads, nil }
	if v, err := c.Get("a", read); v != 1 || err != nil {
		t.Fatal(v, err)
	}
	if v, _ := c.Get("a", read); v != 1 {
		t.Errorf("read again at once: %d", v)
	}
	now = now.Add(time.Second)
	if v, _ := c.Get("a", read); v != 2 {
		t.Errorf("remembered past its age: %d", v)
	}
}

func TestCacheRemembersNoFailure(t *testing.T) {
	c := New[int](time.Hour, 2, func() time.Time { return time.Time{} })
	if _, err := c.Get("a", func() (int, error) { return 0, errors.New("away") }); err == nil {
		t.Fatal("a failure is lost")
	}
	if v, err := c.Get("a", func() (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Error(v, err)
	}
}

func TestCacheStaysSmall(t *testing.T) {
	c := New[int](time.Hour, 2, func() time.Time { return time.Time{} })
	for _, key := range []string{"a", "b", "c"} {
		c.Keep(key, 1, time.Time{}.Add(time.Hour))
	}
	if c.Len() != 1 {
		t.Errorf("%d rows", c.Len())
	}
}
