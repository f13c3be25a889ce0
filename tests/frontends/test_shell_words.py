"""Words, assignments, streams and conditions of shell as nodes."""

from __future__ import annotations

import pytest

from migrator.frontends.shell import shfmt
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import Constant
from migrator.ir.rendering import program
from migrator.ir.traversal import every


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ("a {b,c}", "(call a ?[a brace expansion])"),
        ("a x{b,c}y", "(call a (text 'x' ?[a brace expansion] 'y'))"),
        ("a x{b,c}{d..e}y", "(call a (text 'x' ?[a brace expansion] 'y'))"),
        ("a {b} {b,c {,}", "(call a {b} {b,c ?[a brace expansion])"),
        ("a \"{b,c}\" '{b,c}' \\{b,c}", "(call a (text (double '{b,c}')) (single '{b,c}') '{b,c}')"),
        ("a x\\ {b\\ ,c}\\ y", "(call a (text 'x ' ?[a brace expansion] ' y'))"),
        ("a {b,{c,d}}x", "(call a (text ?[a brace expansion] 'x'))"),
        ("a x{b}{c,d}{e}y", "(call a (text 'x' ?[a brace expansion] 'y'))"),
        ("a {$B,c}", "(call a (?[a brace expansion] (join { $B* ,c})))"),
        ("a x{$B,'c d'}", "(call a (?[a brace expansion] (join x{ $B* , (single 'c d') })))"),
        ("a {$B}", "(call a (join { $B* }))"),
        ('a "{$B,c}"', "(call a (text (double '{') $B (double ',c}')))"),
        ("A={b,$C}", "(set A (join {b, $C* }))"),
        ("A=({b,$C})", "(set A (list (?[a brace expansion] (join {b, $C* }))))"),
        ("for x in {$A,b}; do c; done", "(loop x (in (?[a brace expansion] (join { $A* ,b}))) (do) (call c))"),
        ('a {b,"$C"}', "(call a (?[a brace expansion] (join {b, (text $C) })))"),
        ("a\\\nb", "(call ab)"),
        ('a "b\\\nc\\a\\"\\$\\`\\\\"', "(call a (text (double 'b') 'c\\\\a\"$`\\\\'))"),
        (
            "a $'\\u00e9\\e[0m\\E\\a\\b\\f\\v\\r\\t\\8\\077\\'\\\"'",
            "(call a 'é\\x1b[0m\\x1b\\x07\\x08\\x0c\\x0b\\r\\t\\\\8?\\'\"')",
        ),
        ("a $'b'", "(call a 'b')"),
        (
            "a $'\\x\\8\\z\\?\\cA\\U1F642\\U00FFFFFF\\101\\1\\777\\x414\\u41'",
            "(call a '\\\\x\\\\8\\\\z?\\x01🙂\\\\U00FFFFFFA\\x01ÿA4A')",
        ),
        ("a ${A:-{b,c}}", "(call a (join (default ${A}* {b,c) }))"),
        ("export A={b,c}", "(declare exported (set A ?[a brace expansion]))"),
        ("declare {a,$B}", "(declare local (?[a brace expansion] (join {a, $B* })))"),
        ("declare -x -n A=B", "(declare exported local alias (set A B))"),
        ("readonly -n A=B", "(declare (set A B))"),
        ("export -n A", "(declare exported (set A))"),
        ("declare -g A=b", "(declare (set A b))"),
        ("typeset A=b", "(declare local (set A b))"),
        ("readonly A=b", "(declare (set A b))"),
        ("readonly", "(declare dumps)"),
        ("declare +x A", "(declare local (set A))"),
        ("declare -xp", "(declare exported local dumps)"),
        ("nameref A=B", "(declare alias (set A B))"),
        ("local -", "(declare local options)"),
        ("declare -", "(declare local)"),
        ('local "$A" B', "(declare local (set B) (text $A))"),
        ("declare -a A=(b)", "(declare local (set A (list b)))"),
        ("declare -- A=b", "(declare local (set A b))"),
        ('declare "-x" A', "(declare local (set A) (text (double '-x')))"),
        ("A= B", "(call (set A '') B)"),
        ("A=b B=c", "(scope (set A b) (set B c))"),
        ("A", "(call A)"),
        ("A+=(b)", "(set append A (list b))"),
        (">b", "(write b nothing)"),
        ("2>b", "(write-partial-aside b nothing)"),
        (">b 2>c", "(write-partial-aside c (write b nothing))"),
        ("a 1>b", "(write b (call a))"),
        ("a 3>b", "(write-partial-aside b (call a))"),
        ("a {fd}>b", "(write-partial-aside b (call a))"),
        ("a >&2", "(other 2 (call a))"),
        ("a 2>>b", "(write-partial-aside b (call a))"),
        ("a <b", "(read b (call a))"),
        ("a 3<b", "(read b (call a))"),
        ("a << \\E\nx \\$A\nE", "(document-raw-written 'x \\\\$A\\n' (call a))"),
        ("a <<E\nx \\$A\nE", "(document 'x $A\\n' (call a))"),
        ("a <<E\nE", "(document '' (call a))"),
        ("a <<E\n$A\nE", "(document-written (join $A (double '\\n')) (call a))"),
        ("a <<E\nx\n$A\nE", "(document-written (join (double 'x\\n') $A (double '\\n')) (call a))"),
        ("a <<-E\n\tx\n\t$A\ty\n\t\tz\n\tE", "(document (join (double 'x\\n') $A (double '\\ty\\nz\\n')) (call a))"),
        ("a <<-E\nx\nE", "(document (double 'x\\n') (call a))"),
        ("a <<-'E'\n\tx \\\n\ty\n\tE", "(document-raw 'x \\\\\\ny\\n' (call a))"),
        ("time", "nothing"),
        ("time -p a | b", "(piped (call a) (call b))"),
        ("time a >b", "(write b (call a))"),
        ("coproc N { a; }", "(beside (scope (call a)))"),
        ("coproc a >b", "(beside (write b nothing))"),
        ("! a | b", "(not (piped (call a) (call b)))"),
        ("! time a", "(not (call a))"),
        ("until a; do b; done", "(loop - while (call a) (call b))"),
        ("select x; do a; done", "(loop x parameters (do) (call a))"),
        ("for x in; do a; done", "(loop x (in) (do) (call a))"),
        ("for x do a; done", "(loop x parameters (do) (call a))"),
        ("case a in b) c;& *) d;; esac", "(scope (evaluate a b *) (may (call c)) (may (call d)))"),
        ("case a in b) c;;& *) d;; esac", "(scope (evaluate a b *) (may (call c)) (may (call d)))"),
        ("case a in b) c;; *) d;& esac", "(switch surely a (like b *) (call c) (call d))"),
        ("case a in b|*) c;; esac", "(switch surely a (like b *) (call c))"),
        ("case a in esac", "(switch a (like))"),
        ("case a in b) ;; esac", "(switch a (like b) (do))"),
        ("[[ ! $a ]]", "(test (empty negated $a*))"),
        ("[[ -z $a ]]", "(test (empty negated $a*))"),
        ("[[ ! -z $a ]]", "(test (empty $a*))"),
        ("[[ ! ( $a && $b ) ]]", "(test (empty negated $a*) (empty negated $b*))"),
        ("[[ ! -f $a ]]", "(test $a*)"),
        ("[[ $a = b ]]", "(test (same $a* b))"),
        ("[[ ! $a == b ]]", "(test (same negated $a* b))"),
        ("[[ $a != b ]]", "(test (other $a* b))"),
        ("[[ ! $a != b ]]", "(test (other negated $a* b))"),
        ("[[ $a < b ]]", "(test $a* b)"),
        ("[[ -v a ]]", "(test (defined a))"),
        ("[[ -o a ]]", "(test a)"),
        ("[[ a -eq b ]]", "(test a b)"),
        ("f() a", "(define f (call a))"),
        ("f() (a)", "(define f (process (call a)))"),
        ('let a=b+1 "c=$d"', "(evaluate sets[c a] %a %b 1 (text (double 'c=') $d))"),
        ("(( a = $(b c=1) + ${d:-e=2} ))", "(evaluate sets[a e] %a (capture (call b c=1)) (default ${d}* e=2))"),
        ("((a++, b = c))", "(evaluate sets[b a] %a %b %c)"),
        ("((a[b] = 1))", "(evaluate sets[a] (read $a[b]* b) 1)"),
        ("a $[b + 1]", "(call a (?[arithmetic or a pattern] %b 1))"),
        ("a ${A:-}", "(call a (default ${A}*))"),
        ("a ${!A*} ${!A[@]} ${#A[@]}", "(call a (changed ${A}*) (indirect ${A[@]}* @) (changed ${A[@]}* @))"),
        (
            'a ${A[i+1]} ${A[-1]} ${A["x"]}',
            "(call a (read ${A[?]}* i 1) (read ${A[?]}* 1) (read ${A[?]}* (text (double 'x'))))",
        ),
        (
            'a ${A#*/} ${A##*/} ${A%.*} ${A%%$B*} ${A#"*"} ${A#[a]} ${A#?} ${A#\\*} ${A#\\[}',
            "(call a (changed [prefix */] ${A}* */) (changed [prefix every */] ${A}* */) (changed [suffix .*] "
            "${A}* .*) (changed ${A}* (join $B* *)) (changed ${A}* (text (double '*'))) (changed ${A}* [a]) "
            "(changed ${A}* (bare '?')) (changed [prefix *] ${A}* '*') (changed ${A}* '['))",
        ),
        (
            "a ${A/b} ${A//b/c} ${A/#b/c} ${A/%b/c} ${A/b/$C} ${A/*b/c} ${A//\\//-} ${A/''/c} ${A/b/&}",
            "(call a (changed [replace b] ${A}* b) (changed [replace every b c] ${A}* b c) (changed ${A}* #b "
            "c) (changed ${A}* (bare '%b') c) (changed ${A}* b $C*) (changed ${A}* *b c) (changed [replace "
            "every / -] ${A}* '/' -) (changed ${A}* (single '') c) (changed ${A}* b &))",
        ),
        (
            "a ${A:1} ${A:1:2} ${A: -1} ${A:1:-1} ${A:$B} ${A:0:08} ${A:12345}",
            "(call a (changed [slice 1:] ${A}* 1) (changed [slice 1:2] ${A}* 1 2) (changed [slice -1:] ${A}* "
            "1) (changed [slice 1:-1] ${A}* 1 1) (changed ${A}* $B*) (changed ${A}* 0 08) (changed ${A}* "
            "12345))",
        ),
        (
            'a "${A/\'b\'/c}" "${A#\'b\'}" ${A#\'b\'} "${A#"b"}" ${A/b/"c d"} ${A/b/c\\ d}',
            "(call a (text (changed ${A} (single 'b') c)) (text (changed ${A} (single 'b'))) (changed [prefix "
            "b] ${A}* (single 'b')) (text (changed [prefix b] ${A} (text (double 'b')))) (changed [replace b c "
            "d] ${A}* b (text (double 'c d'))) (changed ${A}* b 'c d'))",
        ),
        (
            "a ${A[1]#b} ${A[@]/b/c} ${!A#b}",
            "(call a (changed ${A[1]}* 1 b) (changed ${A[@]}* @ b c) (indirect ${A}* b))",
        ),
        (
            "a @(b|$C) ?(d|${E}) *($#F)",
            "(call a (?[arithmetic or a pattern] %C) (?[arithmetic or a pattern] %E) (?[arithmetic or a pattern] %F))",
        ),
        ("a $# $? $$ $! $- $_ $0 $*", "(call a $#* $?* $$* $!* $-* $_* $0* $**)"),
        ('"$A" b$A\'c\'"d$E"', "(call (text $A) (join b $A* (single 'c') (text (double 'd') $E)))"),
        (
            "a ${A@U} ${A^} ${A,,} ${A^^[a]}",
            "(call a (changed ${A}* U) (changed [upper] ${A}*) (changed [lower every] ${A}*) (changed ${A}* [a]))",
        ),
        (
            'let "c=1" \'d += 2\' "e[1]=$f" "--g" "h++" "i==1" "$j=1"',
            "(evaluate sets[h g e d c] (text (double 'c=1')) (single 'd += 2') (text (double 'e[1]=') $f) "
            "(text (double '--g')) (text (double 'h++')) (text (double 'i==1')) (text $j (double '=1')))",
        ),
        (
            "a ${A:1:$B} ${A:$B:1} ${A: -$B} ${A:1+1} ${A:'1'} ${A:0} ${A:01} ${A:1:0} ${A:1:01} ${A:-1}",
            "(call a (changed ${A}* 1 $B*) (changed ${A}* $B* 1) (changed ${A}* $B*) (changed ${A}* 1 1) "
            "(changed ${A}* (single '1')) (changed [slice] ${A}* 0) (changed ${A}* 01) (changed [slice 1:0] "
            "${A}* 1 0) (changed ${A}* 1 01) (default ${A}* 1))",
        ),
        (
            "a ${A/b*/c} ${A/\"%b\"/c} ${A/'#b'/c} ${A/b/c\"d\"} ${A/b/c?} ${A/b/'c'} ${A/b/$'c'} "
            '${A/b/"$C"} ${A/b/}',
            "(call a (changed ${A}* b* c) (changed ${A}* (text (double '%b')) c) (changed ${A}* (single '#b') "
            "c) (changed [replace b cd] ${A}* b (join c (text (double 'd')))) (changed ${A}* b c?) (changed "
            "[replace b c] ${A}* b (single 'c')) (changed ${A}* b 'c') (changed ${A}* b (text $C)) (changed "
            "[replace b] ${A}* b))",
        ),
        (
            'a "${A/b/\'c\'}" "${A/b/"c"}" "${A/\'b\'/}" "${A/"b?"/}" "${A#b"*"}"',
            "(call a (text (changed ${A} b (single 'c'))) (text (changed [replace b c] ${A} b (text (double "
            "'c')))) (text (changed ${A} (single 'b'))) (text (changed ${A} (text (double 'b?')))) (text "
            "(changed ${A} (join b (text (double '*'))))))",
        ),
        (
            "a ${A#} ${A##*} ${A#a**b} ${A#a\\ b} ${A#$'b'} ${A#'b c'} ${A#\"b\"'c'} ${A%\"?\"} "
            "${A#a'b'*\"c\"d} ${A#\\a}",
            "(call a (changed [prefix ] ${A}*) (changed [prefix every *] ${A}* *) (changed [prefix a*b] ${A}* "
            "a**b) (changed ${A}* 'a b') (changed ${A}* 'b') (changed [prefix b c] ${A}* (single 'b c')) "
            "(changed [prefix bc] ${A}* (join (text (double 'b')) (single 'c'))) (changed ${A}* (text (double "
            "'?'))) (changed [prefix ab*cd] ${A}* (join a (single 'b') * (text (double 'c')) d)) (changed "
            "${A}* 'a'))",
        ),
        (
            "a ${A^} ${A^^} ${A,} ${A,,} ${A^^[a]} ${A^x} ${A@L}",
            "(call a (changed [upper] ${A}*) (changed [upper every] ${A}*) (changed [lower] ${A}*) (changed "
            "[lower every] ${A}*) (changed ${A}* [a]) (changed ${A}* x) (changed ${A}* L))",
        ),
        (
            "a ${A[1]:1} ${A[1]^^} ${#A[1]} ${A[*]:1:2}",
            "(call a (changed ${A[1]}* 1 1) (changed ${A[1]}* 1) (changed ${A[1]}* 1) (changed ${A[*]}* * 1 2))",
        ),
        (
            "a ${A[i = 1]} ${A:j = 1} ${A:1:k++} $((l -= 1)) $((m / 2))",
            "(call a (read ${A[?]}* sets[i] i 1) (changed ${A}* sets[j] j 1) (changed ${A}* sets[k] 1 k) "
            "(?[arithmetic or a pattern] sets[l] %l 1) (?[arithmetic or a pattern] %m 2))",
        ),
        (
            'let "a[1] = 2" "b <<= 1" "c <= 1" "d>=1" "e != 1" \'f - -1\' "g=h=1"',
            "(evaluate sets[g h b a] (text (double 'a[1] = 2')) (text (double 'b <<= 1')) (text (double 'c <= "
            "1')) (text (double 'd>=1')) (text (double 'e != 1')) (single 'f - -1') (text (double 'g=h=1')))",
        ),
        (
            "((a = 1, b += 2, c <<= 3, d >>= 2, e == 1, f <= 2, g != 1, ++h, i--, -j, k[1] = 2, x = y = z, m "
            "&= 1, n |= 1, o ^= 1))",
            "(evaluate sets[o n m x y k i h d c b a] %a 1 %b 2 %c 3 %d 2 %e 1 %f 2 %g 1 %h %i %j (read $k[1]* "
            "1) 2 %x %y %z %m 1 %n 1 %o 1)",
        ),
        (
            "((a -= 1, b *= 1, c /= 1, d %= 1, e >= 1, f ? g : (h = 1)))",
            "(evaluate sets[h d c b a] %a 1 %b 1 %c 1 %d 1 %e 1 %f %g %h 1)",
        ),
    ],
)
def test_what_a_shell_reads_and_sets(source: str, nodes: str) -> None:
    assert program(lower(source)) == nodes


def test_what_is_in_a_command_that_is_not_known_may_run(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = shfmt.tree("{ a $B >c; }")
    tree["Stmts"][0]["Cmd"]["Type"] = "NewClause"
    monkeypatch.setattr(shfmt, "tree", lambda _: tree)
    expected = "(havoc[a command that is not known] (capture (write c (call a $B*))))"
    assert program(lower("{ a  $B >c; }")) == expected


def test_what_is_directly_in_it_is_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = shfmt.tree("a $B $(c) <(d)")
    command = tree["Stmts"][0]["Cmd"]
    parts = [word["Parts"] for word in command["Args"][1:]]
    tree["Stmts"][0]["Cmd"] = {"Type": "NewClause", "Pos": command["Pos"], "End": command["End"], "X": parts}
    monkeypatch.setattr(shfmt, "tree", lambda _: tree)
    expected = "(havoc[a command that is not known] $B* (capture (call c)) (stream (call d)))"
    assert program(lower("a  $B $(c) <(d)")) == expected


def test_a_text_is_read_again_where_it_stands_elsewhere_or_within_something_else() -> None:
    text = "see 'a' $B"
    plain = lower(text)

    def places(moved: int) -> list[int]:
        found = lower(text, lambda index: index + moved)
        return [one.span.start - moved for one in every(found) if isinstance(one, Constant) and one.span]

    assert places(10) == places(20) == [0, 4]
    assert [one.fixed for one in every(lower(text, fixed=True)) if isinstance(one, Constant)] == [True, True]
    assert (
        program(lower(text, unknown="B")) == "(call see (single 'a') ?[text that is added before the shell reads it])"
    )
    assert lower(text) == plain
    other = "see 'c' $D"
    assert [one.fixed for one in every(lower(other, fixed=True)) if isinstance(one, Constant)] == [True, True]
    assert program(lower(other, unknown="D")) != program(lower(other)) == "(call see (single 'c') $D*)"
