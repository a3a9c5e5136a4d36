import { join } from 'node:path';
import t from 'tap';
import { ALL_DONE, FILE_MARK } from '../../../scripts/lib/tests/marks.ts';
import { isUnit, plan, testFiles } from '../../../scripts/lib/tests/plan.ts';
import { runJob } from '../../../scripts/lib/tests/process.ts';
import { type FileResult, TapReader } from '../../../scripts/lib/tests/tap-reader.ts';

/** What a reader makes of an output. */
function read(lines: readonly string[], files = ['a.test.ts'], why?: string): FileResult[] {
  const reader = new TapReader(files, files.length > 1, () => 0);
  for (const line of lines) reader.line(line);
  return reader.end(why);
}

const counts = (results: readonly FileResult[]) => results.map(({ passed, failed }) => [passed, failed]);

const nested = [
  '# Subtest: one',
  '    ok 1 - a',
  '    # Subtest: within',
  '        ok 1 - b',
  '        not ok 2 - c',
  '        1..2',
  '    not ok 2 - within # time=3ms',
  '    1..2',
  'not ok 1 - one # time=4ms',
];

t.test('assertions count, wherever they are; tests that hold them do not', async (t) => {
  t.same(counts(read([...nested, '1..1'], undefined, 'with code 1')), [[2, 1]]);
  t.same(counts(read(['ok 1 - x # time=1ms {', '    ok 1 - a', '    1..1', '}', '1..1'])), [[1, 0]]);
});

t.test('an output that breaks off is a failure, and so is one that says nothing', async (t) => {
  t.same(counts(read(['ok 1 - a'])), [[1, 1]], 'no plan');
  t.same(counts(read(['ok 1 - a', '1..2'])), [[1, 1]], 'fewer than planned');
  t.same(counts(read(['ok 1 - a', '1..1'], undefined, 'by SIGSEGV')), [[1, 1]], 'a crash after all was well');
  t.same(counts(read(['1..0'])), [[0, 1]], 'no test ran');
  t.same(counts(read(['ok 1 - a # SKIP no sound here', '1..1'])), [[0, 0]], 'skipped is neither');
});

t.test('each file of a process has what is its own', async (t) => {
  const files = ['a.test.ts', 'b.test.ts', 'c.test.ts'];
  const mark = (name: string, n: number) => [
    `# Subtest: ${name}`,
    '    1..0',
    `ok ${n} - ${name} # time=1ms`,
  ];
  const a = [...mark(`${FILE_MARK}a.test.ts`, 1), 'ok 2 - a'];
  const b = [...mark(`${FILE_MARK}b.test.ts`, 3), 'not ok 4 - b'];
  const c = [...mark(`${FILE_MARK}c.test.ts`, 5), 'ok 6 - c'];
  const whole = [...a, ...b, ...c, ...mark(ALL_DONE, 7), '1..7'];
  t.same(counts(read(whole, files, 'with code 1')), [
    [1, 0],
    [0, 1],
    [1, 0],
  ]);
  const [, , third] = read([...a, ...b, '1..4'], files, 'with code 1');
  t.same([third?.failed, third?.lines.at(-1)], [1, '    no test ran'], 'the second has ended the process');
  t.match(
    counts(read([...a, ...b, ...c, '1..6'], files)),
    [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    'the third has, with code 0',
  );
});

t.test(
  'files that end, break or leave something behind in a process of their own or with others',
  async (t) => {
    const folder = t.testdir({
      'good.test.ts': "import t from 'tap';\nt.test('x', async (t) => { t.ok(1); t.ok(t.testdir()); });\n",
      'also.test.ts': "import t from 'tap';\nt.ok(1);\nt.test('x', async (t) => { t.ok(1); });\n",
      'ends.test.ts': "import t from 'tap';\nt.test('x', async (t) => { t.ok(1); process.exit(0); });\n",
      'throws.test.ts': "import t from 'tap';\nt.ok(1);\nthrow new Error('while it is read in');\n",
      'leaves.test.ts':
        "import { spawn } from 'node:child_process';\nimport t from 'tap';\n" +
        "t.test('x', async (t) => { t.ok(spawn('sleep', ['60'], { stdio: 'ignore' }).unref() === undefined); });\n",
    });
    const run = async (...names: string[]) =>
      await runJob({ files: names.map((name) => join(folder, `${name}.test.ts`)) });
    const [together, ended, broken, left] = await Promise.all([
      run('good', 'also'),
      run('good', 'ends', 'also'),
      run('throws', 'good'),
      run('leaves'),
    ]);
    t.same(counts(together), [
      [2, 0],
      [2, 0],
    ]);
    t.match(counts(ended)[0], [2, 0]);
    t.ok(ended[1]!.failed > 0, 'the one that ends the process');
    t.ok(ended[2]!.failed > 0, 'and the one that it kept from running');
    t.ok(broken[0]!.failed > 0 && broken[0]!.lines.join().includes('while it is read in'));
    t.match(left[0]!.lines.at(-1), /left behind: sleep 60$/);
    t.equal(left[0]!.failed, 1);
  },
);

t.test('every test file has its place, and is run once', async (t) => {
  const files = testFiles();
  const planned = plan(files).flatMap((job) => job.files);
  t.same([...planned].sort(), files);
  t.notOk(isUnit('daemon/test/scenario/M06-extensions.test.ts'));
  t.ok(isUnit('daemon/test/base/base.test.ts'));
  t.match(planned[0], /\/scenario\//, 'whole boxes first');
});
