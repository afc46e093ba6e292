// Checks a published log with the packages that Go's own checksum database is checked with.
// Arguments: the folder, the log's verifier key, and a kept checkpoint's file if there is one.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (folder) Height() int                          { return 8 }
func (folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		content, err := os.ReadFile(f.path(tile))
		if err != nil {
			return nil, err
		}
		read = append(read, content)
	}
	return read, nil
}

// path leaves the tile's height out, which C2SP fixes at 8.
func (f folder) path(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	return filepath.Join(string(f), "tile", strings.Replace(path, "data/", "entries/", 1))
}

func check(err error) {
	if err != nil {
		fmt.Println("REFUSED:", err)
		os.Exit(1)
	}
}

func head(file, key string) tlog.Tree {
	signed, err := os.ReadFile(file)
	check(err)
	verifier, err := note.NewVerifier(key)
	check(err)
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

func leaves(f folder, number, width int64) [][]byte {
	content, err := os.ReadFile(f.path(tlog.Tile{H: 8, L: -1, N: number, W: int(width)}))
	check(err)
	var found [][]byte
	for len(content) > 0 {
		if len(content) < 2 || len(content) < 2+int(binary.BigEndian.Uint16(content)) {
			check(fmt.Errorf("bundle %d is cut short", number))
		}
		end := 2 + int(binary.BigEndian.Uint16(content))
		found, content = append(found, content[2:end]), content[end:]
	}
	if int64(len(found)) != width {
		check(fmt.Errorf("bundle %d has %d entries", number, len(found)))
	}
	return found
}

func main() {
	f, key := folder(os.Args[1]), os.Args[2]
	tree := head(filepath.Join(string(f), "checkpoint"), key)
	hashes := tlog.TileHashReader(tree, f)
	for first := int64(0); first < tree.N; first += 256 {
		for place, leaf := range leaves(f, first/256, min(256, tree.N-first)) {
			index := tlog.StoredHashIndex(0, first+int64(place))
			stored, err := hashes.ReadHashes([]int64{index})
			check(err)
			if stored[0] != tlog.RecordHash(leaf) {
				check(fmt.Errorf("entry %d is another", first+int64(place)))
			}
		}
	}
	if len(os.Args) > 3 {
		kept := head(os.Args[3], key)
		if kept.N > tree.N {
			check(fmt.Errorf("the log is shorter than it was"))
		}
		proof, err := tlog.ProveTree(tree.N, kept.N, hashes)
		check(err)
		check(tlog.CheckTree(proof, tree.N, tree.Hash, kept.N, kept.Hash))
	}
	fmt.Println("holds:", tree.N)
}
