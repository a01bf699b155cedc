package physical_test

import (
	"bytes"
	"testing"

	"github.com/packetwalk/packetwalk/osi/physical"
)

func TestTrailerIsMadeOnlyWhenSomebodyLooks(t *testing.T) {
	pool := physical.NewPool()
	f := pool.Get(64)
	clear(f.Data)
	made := 0
	f.SealWith(func(data []byte) { made++; data[63] = 0xee })
	if made != 0 || !f.Intact() {
		t.Fatalf("sealing made the trailer %d times, intact %v; want 0 times and intact", made, f.Intact())
	}
	if f.Bytes(); f.Bytes()[63] != 0xee || made != 1 {
		t.Errorf("two looks made the trailer %d times, want once", made)
	}
}

func TestDamageIsBehindTheTrailersBack(t *testing.T) {
	pool := physical.NewPool()
	f := pool.Get(64)
	clear(f.Data)
	f.Data[0] = 5
	f.SealWith(seal)
	f.Damage(func(data []byte) { data[0] = 6 })
	if f.Intact() {
		t.Error("a damaged frame says that it is intact")
	}
	if got := f.Bytes()[63]; got != 5 {
		t.Errorf("the trailer is %d, want 5: it covers the bytes before the damage", got)
	}
	f.SealWith(seal) // a router makes a new trailer over what it has
	if !f.Intact() || f.Bytes()[63] != 6 {
		t.Errorf("resealed: intact %v with trailer %d, want intact with 6: the damage can no longer be noticed", f.Intact(), f.Bytes()[63])
	}
}

func TestUnsealedFrameIsNotTrusted(t *testing.T) {
	pool := physical.NewPool()
	f := pool.Get(64)
	f.SealWith(seal)
	pool.Put(f)
	if g := pool.Get(64); g != f || g.Intact() {
		t.Errorf("a frame from the pool (reused %v) is intact %v; want reused and not intact", g == f, g.Intact())
	}
}

func TestPoolSizes(t *testing.T) {
	pool := physical.NewPool()
	for _, n := range []int{64, 1518, 1522, 1536, 1537, 9018, 65553, 200_000} {
		f := pool.Get(n)
		if len(f.Data) != n {
			t.Errorf("Get(%d) has %d bytes", n, len(f.Data))
		}
		pool.Put(f)
		if g := pool.Get(n); g == f != (n < 100_000) {
			t.Errorf("a frame of %d bytes was kept: %v", n, g == f)
		} else {
			pool.Put(g)
		}
	}
	if n := pool.Outstanding(); n != 0 {
		t.Errorf("%d frames outstanding, want 0", n)
	}
}

func TestPutTwice(t *testing.T) {
	for _, n := range []int{64, 5000, 200_000} {
		pool := physical.NewPool()
		f := pool.Get(n)
		pool.Put(f)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("putting a frame of %d bytes back twice went unnoticed", n)
				}
			}()
			pool.Put(f)
		}()
	}
}

func TestCopyIsAFrameOfItsOwn(t *testing.T) {
	pool := physical.NewPool()
	f := pool.Get(64)
	clear(f.Data)
	f.ID, f.Data[0] = 9, 5
	f.SealWith(seal)
	g := pool.Copy(f)
	f.Damage(func(data []byte) { data[0] = 6 })
	if g.ID != 9 || !g.Intact() || g.Bytes()[0] != 5 || g.Bytes()[63] != 5 {
		t.Errorf("the copy: number %d, intact %v, first %d, trailer %d; want 9, intact, 5, 5", g.ID, g.Intact(), g.Data[0], g.Data[63])
	}
	if h := pool.Copy(f); h.Intact() || !bytes.Equal(h.Bytes(), f.Bytes()) {
		t.Error("the copy of a damaged frame must be damaged alike")
	}
}
