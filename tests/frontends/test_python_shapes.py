"""Functions of a Python program that are given lists or text: a copy for each shape of these."""

from __future__ import annotations

import pytest

from tests.frontends.nodes import shown


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        (
            'def f(c, **k):\n    subprocess.run(c, **k)\nf(["a"], check=True)',
            "(define f [f.c] (scope (evaluate sets[f.k]) (told call ?[a call with arguments that are not "
            "known] ? %f.c) (evaluate (? %f.k)))) (define f(1) [f(1).c[0]] (scope (set f(1).c ?) (told call "
            "%f(1).c[0]) (evaluate (? %f(1).k)))) (evaluate (? (invoke f(1) 'a')))",
        ),
        (
            'def f(c, **k):\n    subprocess.run(c, **k)\nf(["a"], cwd="d")',
            "(define f [f.c] (scope (evaluate sets[f.k]) (told call ?[a call with arguments that are not "
            "known] ? %f.c) (evaluate (? %f.k)))) (define f(1) [f(1).c[0]] (scope (set f(1).c ?) (told call "
            "?[a call with arguments that are not known] %f(1).c[0]) (evaluate (? %f(1).k)))) (evaluate (? "
            "(invoke f(1) 'a')))",
        ),
        (
            'def f(c, **k):\n    subprocess.run(c, **k)\nf(["a"], check=True, env=e)',
            "(define f [f.c] (scope (evaluate sets[f.k]) (told call ?[a call with arguments that are not "
            "known] ? %f.c) (evaluate (? %f.k)))) (define f(1) [f(1).c[0]] (scope (set f(1).c ?) (told call "
            "?[a call with arguments that are not known] %f(1).c[0]) (evaluate (? %f(1).k)))) (evaluate (? "
            "(invoke f(1) 'a')))",
        ),
        (
            'def f(c, **k):\n    subprocess.run(c)\nf(["a"], env=e)',
            "(define f [f.c] (scope (evaluate sets[f.k]) (call ? %f.c))) (define f(1) [f(1).c[0]] (scope (set "
            "f(1).c ?) (call %f(1).c[0]))) (evaluate (? (invoke f(1) 'a')))",
        ),
        (
            'def f(*c):\n    subprocess.run(["docker", *c])\nf("login", "-u", x, "-p", y, "crg.apkg.io")',
            "(define f [] (scope (evaluate sets[f.c]) (call ? 'docker' %f.c))) (define f(1) [f(1).c[0] "
            "f(1).c[1] f(1).c[2] f(1).c[3] f(1).c[4] f(1).c[5]] (scope (set f(1).c ?) (call 'docker' "
            "%f(1).c[0] %f(1).c[1] %f(1).c[2] %f(1).c[3] %f(1).c[4] %f(1).c[5]))) (evaluate (? (invoke f(1) "
            "'login' '-u' ? '-p' ? 'crg.apkg.io')))",
        ),
        (
            'def f(*c):\n    subprocess.run(["docker", "x"])\nf("login", "-u", x, "-p", y, "crg.apkg.io")',
            "(define f [] (scope (evaluate sets[f.c]) (call 'docker' 'x'))) (define f(1) [f(1).c[0] f(1).c[1] "
            "f(1).c[2] f(1).c[3] f(1).c[4] f(1).c[5]] (scope (set f(1).c (? %f(1).c[0] %f(1).c[1] %f(1).c[2] "
            "%f(1).c[3] %f(1).c[4] %f(1).c[5])) (call 'docker' 'x'))) (evaluate (? (invoke f(1) 'login' '-u' ? "
            "'-p' ? 'crg.apkg.io'))) (may (call ?[a call that is not followed] 'login' 'login' '-u' ? '-p' ? "
            "'crg.apkg.io' 'import os\\nimport subprocess\\ndef f(*c):\\n    subprocess.run([\"docker\", "
            '"x"])\\nf("login", "-u", x, "-p", y, "crg.apkg.io")\\n\'))',
        ),
        (
            'def f(c):\n    subprocess.run(c)\nf(["docker", "login", "-u", x, "-p", y, "crg.apkg.io"])',
            "(define f [f.c] (scope (call ? %f.c))) (define f(1) [f(1).c[0] f(1).c[1] f(1).c[2] f(1).c[3] "
            "f(1).c[4] f(1).c[5] f(1).c[6]] (scope (set f(1).c ?) (call %f(1).c[0] %f(1).c[1] %f(1).c[2] "
            "%f(1).c[3] %f(1).c[4] %f(1).c[5] %f(1).c[6]))) (evaluate (? (invoke f(1) 'docker' 'login' '-u' ? "
            "'-p' ? 'crg.apkg.io')))",
        ),
        (
            'def f(c):\n    subprocess.run(c)\nl = ["docker", "login", "-u", x, "-p", y, "crg.apkg.io"]\nf(l)',
            "(define f [f.c] (scope (call ? %f.c))) (set l[0] 'docker') (set l[1] 'login') (set l[2] '-u') "
            "(set l[3] ?) (set l[4] '-p') (set l[5] ?) (set l[6] 'crg.apkg.io') (set l ?) (define f(1) "
            "[f(1).c[0] f(1).c[1] f(1).c[2] f(1).c[3] f(1).c[4] f(1).c[5] f(1).c[6]] (scope (set f(1).c ?) "
            "(call %f(1).c[0] %f(1).c[1] %f(1).c[2] %f(1).c[3] %f(1).c[4] %f(1).c[5] %f(1).c[6]))) (evaluate "
            "(? (invoke f(1) %l[0] %l[1] %l[2] %l[3] %l[4] %l[5] %l[6])))",
        ),
        (
            'def f(c):\n    subprocess.run(c)\nl = ["login", "-u", x, "-p", y, "crg.apkg.io"]\nf(["docker", *l])',
            "(define f [f.c] (scope (call ? %f.c))) (set l[0] 'login') (set l[1] '-u') (set l[2] ?) (set l[3] "
            "'-p') (set l[4] ?) (set l[5] 'crg.apkg.io') (set l ?) (define f(1) [f(1).c[0] f(1).c[1] f(1).c[2] "
            "f(1).c[3] f(1).c[4] f(1).c[5] f(1).c[6]] (scope (set f(1).c ?) (call %f(1).c[0] %f(1).c[1] "
            "%f(1).c[2] %f(1).c[3] %f(1).c[4] %f(1).c[5] %f(1).c[6]))) (evaluate (? (invoke f(1) 'docker' "
            "%l[0] %l[1] %l[2] %l[3] %l[4] %l[5])))",
        ),
        (
            'def f(c):\n    print(c)\nl = ["login", "-u", x, "-p", y, "crg.apkg.io"]\nf(["docker", *l])',
            "(define f [f.c] (scope (evaluate (? %f.c)))) (set l[0] 'login') (set l[1] '-u') (set l[2] ?) (set "
            "l[3] '-p') (set l[4] ?) (set l[5] 'crg.apkg.io') (set l ?) (define f(1) [f(1).c[0] f(1).c[1] "
            "f(1).c[2] f(1).c[3] f(1).c[4] f(1).c[5] f(1).c[6]] (scope (set f(1).c ?) (evaluate (? %f(1).c)))) "
            "(evaluate (? (invoke f(1) 'docker' %l[0] %l[1] %l[2] %l[3] %l[4] %l[5]))) (may (call ?[a call "
            "that is not followed] 'login' '-u' ? '-p' ? 'crg.apkg.io' 'import os\\nimport subprocess\\ndef "
            'f(c):\\n    print(c)\\nl = ["login", "-u", x, "-p", y, "crg.apkg.io"]\\nf(["docker", *l])\\n\'))',
        ),
        (
            'def f(c):\n    os.system(c)\nf("docker login -u a -p b crg.apkg.io")',
            "(define f [f.c] (scope (process (call ?[text that the program makes] %f.c)))) (define f(1) "
            "[f(1).c] (scope (process (call (fixed docker) (fixed login) (fixed -u) (fixed a) (fixed -p) "
            "(fixed b) (fixed crg.apkg.io))))) (evaluate (? (invoke f(1) 'docker login -u a -p b "
            "crg.apkg.io')))",
        ),
        (
            'def f(c):\n    print(c)\nf("docker login -u a -p b crg.apkg.io")',
            "(define f [f.c] (scope (evaluate (? %f.c)))) (define f(1) [f(1).c] (scope (evaluate (? "
            "%f(1).c)))) (evaluate (? (invoke f(1) 'docker login -u a -p b crg.apkg.io'))) (may (call ?[a call "
            "that is not followed] 'docker login -u a -p b crg.apkg.io' 'import os\\nimport subprocess\\ndef "
            'f(c):\\n    print(c)\\nf("docker login -u a -p b crg.apkg.io")\\n\'))',
        ),
        (
            'def f(c):\n    subprocess.run(c)\ndef g():\n    c = ["a"]\n    f(c)\ng()',
            "(define f [f.c] (scope (call ? %f.c))) (define g [] (scope (evaluate sets[g.c]) (set g.c[0] 'a') "
            "(set g.c (? %g.c[0])) (define f(1) [f(1).c[0]] (scope (set f(1).c (? %f(1).c[0])) (call "
            "%f(1).c[0]))) (evaluate (? (invoke f(1) %g.c[0]))))) (evaluate (? (invoke g)))",
        ),
        (
            'def f(c):\n    subprocess.run(c)\nf(("a", *("b", "c")))',
            "(define f [f.c] (scope (call ? %f.c))) (define f(1) [f(1).c[0] f(1).c[1] f(1).c[2]] (scope (set "
            "f(1).c ?) (call %f(1).c[0] %f(1).c[1] %f(1).c[2]))) (evaluate (? (invoke f(1) 'a' 'b' 'c')))",
        ),
        (
            'def f(c):\n    subprocess.run(c)\nf(["a", *x])',
            "(define f [f.c] (scope (call ? %f.c))) (evaluate (? (invoke f (? 'a' (? ?)))))",
        ),
        (
            "def f(c):\n    subprocess.run(c)\nf([])",
            "(define f [f.c] (scope (call ? %f.c))) (define f(1) [] (scope (set f(1).c ?))) (evaluate (? "
            "(invoke f(1))))",
        ),
        (
            'def f(c):\n    c.append("b")\n    subprocess.run(c)\nf(["a"])',
            "(define f [f.c] (scope (evaluate (? %f.c 'b')) (call ? %f.c))) (evaluate (? (invoke f (? 'a'))))",
        ),
        (
            'def f(c):\n    subprocess.run(c)\n    f(["b"])\nf(["a"])',
            "(define f [f.c] (scope (call ? %f.c) (define f(1) [f(1).c[0]] (scope (set f(1).c ?) (call "
            "%f(1).c[0]) (evaluate (? (invoke f (? 'b')))))) (evaluate (? (invoke f(1) 'b'))))) (define f(1) "
            "[f(1).c[0]] (scope (set f(1).c ?) (call %f(1).c[0]) (evaluate (? (invoke f (? 'b')))))) (evaluate "
            "(? (invoke f(1) 'a')))",
        ),
        (
            '@d\ndef f(c):\n    subprocess.run(c)\nf(["a"])',
            "(define f [f.c] (scope (call ? %f.c))) (evaluate (? (invoke f (? 'a')))) (scope whenever "
            "(evaluate (invoke f ?)))",
        ),
        (
            'def f(c):\n    subprocess.run(c)\nf(["a"], x="b")',
            "(define f [f.c] (scope (call ? %f.c))) (evaluate (? (? 'a') 'b' (invoke f ?)))",
        ),
        (
            'def f(c, d):\n    subprocess.run([*c, *d, "e"])\nf(["a"], ["b"])\nf(d=["b"], c=["a"])',
            "(define f [f.c f.d] (scope (call ? %f.c %f.d 'e'))) (define f(1) [f(1).c[0] f(1).d[0]] (scope "
            "(set f(1).c (? %f(1).c[0])) (set f(1).d (? %f(1).d[0])) (call %f(1).c[0] %f(1).d[0] 'e'))) "
            "(evaluate (? (invoke f(1) 'a' 'b'))) (define f(2) [f(2).c[0] f(2).d[0]] (scope (set f(2).c (? "
            "%f(2).c[0])) (set f(2).d (? %f(2).d[0])) (call %f(2).c[0] %f(2).d[0] 'e'))) (evaluate (? (invoke "
            "f(2) 'a' 'b')))",
        ),
        (
            'def f(c, d):\n    subprocess.run(c + d)\nf(["a"], ["b", "c"])\nf(["a"], ["b", "d"])',
            "(define f [f.c f.d] (scope (call ? %f.c %f.d))) (define f(1) [f(1).c[0] f(1).d[0] f(1).d[1]] "
            "(scope (set f(1).c ?) (set f(1).d ?) (call %f(1).c[0] %f(1).d[0] %f(1).d[1]))) (evaluate (? "
            "(invoke f(1) 'a' 'b' 'c'))) (define f(1) [f(1).c[0] f(1).d[0] f(1).d[1]] (scope (set f(1).c ?) "
            "(set f(1).d ?) (call %f(1).c[0] %f(1).d[0] %f(1).d[1]))) (evaluate (? (invoke f(1) 'a' 'b' 'd')))",
        ),
        (
            'def f(c):\n    subprocess.run(c)\n[f(["a"]) for x in y]',
            "(define f [f.c] (scope (call ? %f.c))) (may (evaluate (? (invoke f (? 'a'))) ?))",
        ),
        (
            'def f(c):\n    def g():\n        subprocess.run(c)\n    g()\nf(["a"])',
            "(define f [f.c] (scope (define f.g [] (scope (call ? %f.c))) (evaluate (? (invoke f.g))))) "
            "(define f(1) [f(1).c[0]] (scope (set f(1).c ?) (define f(1).g [] (scope (call %f(1).c[0]))) "
            "(evaluate (? (invoke f(1).g))))) (evaluate (? (invoke f(1) 'a')))",
        ),
        (
            'def f():\n    def g(c):\n        subprocess.run(c)\n    g(["a"])\nf()',
            "(define f [] (scope (define f.g [f.g.c] (scope (call ? %f.g.c))) (define f.g(1) [f.g(1).c[0]] "
            "(scope (set f.g(1).c ?) (call %f.g(1).c[0]))) (evaluate (? (invoke f.g(1) 'a'))))) (evaluate (? "
            "(invoke f)))",
        ),
        (
            'def f(c):\n    os.system(c)\nf("a")\nf("b")\nf("a")',
            "(define f [f.c] (scope (process (call ?[text that the program makes] %f.c)))) (define f(1) "
            "[f(1).c] (scope (process (call (fixed a))))) (evaluate (? (invoke f(1) 'a'))) (define f(2) "
            "[f(2).c] (scope (process (call (fixed b))))) (evaluate (? (invoke f(2) 'b'))) (define f(3) "
            "[f(3).c] (scope (process (call (fixed a))))) (evaluate (? (invoke f(3) 'a')))",
        ),
        (
            'def f(c):\n    x.y(c)\nf("a")',
            "(define f [f.c] (scope (evaluate (? ? %f.c)))) (define f(1) [f(1).c] (scope (evaluate (? ? "
            "%f(1).c)))) (evaluate (? (invoke f(1) 'a')))",
        ),
        (
            'def f(c):\n    g(c)()\nf("a")',
            "(define f [f.c] (scope (evaluate (? (? %f.c))))) (define f(1) [f(1).c] (scope (evaluate (? (? "
            "%f(1).c))))) (evaluate (? (invoke f(1) 'a')))",
        ),
        (
            'def f(c):\n    g("x", c)\n    h(*c)\nf("a")',
            "(define f [f.c] (scope (evaluate (? 'x' %f.c)) (evaluate (? %f.c)))) (define f(1) [f(1).c] (scope "
            "(evaluate (? 'x' %f(1).c)) (evaluate (? %f(1).c)))) (evaluate (? (invoke f(1) 'a')))",
        ),
        (
            'class C:\n    def f(self, c):\n        subprocess.run(c)\n    f(1, ["a"])',
            "(define C.f [C.f.self C.f.c] (scope (call ? %C.f.c))) (define C.f(1) [C.f(1).self C.f(1).c[0]] "
            "(scope (set C.f(1).c ?) (call %C.f(1).c[0]))) (evaluate (? (invoke C.f(1) ? 'a'))) (scope "
            "whenever (evaluate (invoke C.f ? ?)))",
        ),
        (
            'def f(*a, **k):\n    subprocess.run(a, **k)\nf("a", "b", check=True, timeout=5)',
            "(define f [] (scope (evaluate sets[f.a f.k]) (told call ?[a call with arguments that are not "
            "known] ? %f.a) (evaluate (? %f.k)))) (define f(1) [f(1).a[0] f(1).a[1]] (scope (set f(1).a ?) "
            "(told call %f(1).a[0] %f(1).a[1]) (evaluate (? %f(1).k)))) (evaluate (? (invoke f(1) 'a' 'b')))",
        ),
        (
            "def f(*a, **k):\n    subprocess.run(a, **k)\nf(check=True)",
            "(define f [] (scope (evaluate sets[f.a f.k]) (told call ?[a call with arguments that are not "
            "known] ? %f.a) (evaluate (? %f.k)))) (evaluate (? ? (invoke f)))",
        ),
        (
            'def f(x, *a):\n    subprocess.run([x, *a])\nf("x", "a", "b")\nf("x")',
            "(define f [f.x] (scope (evaluate sets[f.a]) (call ? %f.x %f.a))) (define f(1) [f(1).x f(1).a[0] "
            "f(1).a[1]] (scope (set f(1).a ?) (call %f(1).x %f(1).a[0] %f(1).a[1]))) (evaluate (? (invoke f(1) "
            "'x' 'a' 'b'))) (evaluate (? (invoke f 'x')))",
        ),
        (
            'def f(c):\n    subprocess.run(c)\n    subprocess.run(c)\nf(["a"])',
            "(define f [f.c] (scope (call ? %f.c) (call ? %f.c))) (define f(1) [f(1).c[0]] (scope (set f(1).c "
            "(? %f(1).c[0])) (call %f(1).c[0]) (call %f(1).c[0]))) (evaluate (? (invoke f(1) 'a')))",
        ),
        (
            'def f(*c):\n    print(c)\n    subprocess.run(c)\nf("a")',
            "(define f [] (scope (evaluate sets[f.c]) (evaluate (? %f.c)) (call ? %f.c))) (define f(1) "
            "[f(1).c[0]] (scope (set f(1).c (? %f(1).c[0])) (evaluate (? %f(1).c)) (call %f(1).c[0]))) "
            "(evaluate (? (invoke f(1) 'a')))",
        ),
    ],
)
def test_a_function_has_a_copy_for_each_shape_of_what_it_is_given(source: str, nodes: str) -> None:
    assert shown(source) == nodes


@pytest.mark.parametrize(
    ("keyword", "known"),
    [
        *(
            (keyword, True)
            for keyword in (
                *("check", "text", "timeout", "stdout", "stderr", "capture_output", "universal_newlines", "encoding"),
            )
        ),
        *((keyword, False) for keyword in ("cwd", "env", "executable", "input", "preexec_fn", "shell")),
    ],
)
def test_keywords_that_are_handed_on_change_no_command_or_may_change_it(keyword: str, known: bool) -> None:
    found = shown(f'def f(c, **k):\n    subprocess.run(c, **k)\nf(["a"], {keyword}=x)')
    assert ("(told call %f(1).c[0])" in found) is known
    assert ("(told call ?[a call with arguments that are not known] %f(1).c[0])" in found) is not known


def test_the_elements_and_the_copies_that_are_told_apart_are_bounded() -> None:
    run = "def f(c):\n    subprocess.run(c)\n    os.system(c)\n"
    assert "(define f(1) " in shown(f"{run}f([{'x, ' * 64}])")
    assert "(define f(1) " not in shown(f"{run}f([{'x, ' * 65}])")
    found = shown(run + "\n".join(f'f("{index}")' for index in range(101)))
    assert "(define f(100) " in found
    assert "(define f(101) " not in found
    assert found.endswith("(evaluate (? (invoke f '100')))")
