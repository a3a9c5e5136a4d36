import t from 'tap';
import { parseJson } from '../../src/config/json-text.ts';

const placeOf = (text: string): string => {
  try {
    parseJson(text, 'box.json');
    return 'none';
  } catch (error) {
    t.equal((error as { code: string }).code, 'config/corrupt');
    return (error as Error).message;
  }
};

t.test('a fault is told by its place', async (t) => {
  const cases: [text: string, line: number, column: number][] = [
    ['', 1, 1],
    ['{"a":1,}', 1, 8],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ["{'a': 1}", 1, 2],
    ['[1,,2]', 1, 4],
    ['[1,2', 1, 5],
    ['{"a" 1}', 1, 6],
    ['{"a":{"b":[1,{},[]],"c":"x\ny"}}', 1, 25],
    ['{"a":1}\n// a comment', 2, 1],
    ['{"a":01}', 1, 7],
  ];
  for (const [text, line, column] of cases) {
    t.match(placeOf(text), `look at line ${line}, column ${column}`, JSON.stringify(text));
  }
});

t.test('the text itself is not told: it may hold a password', async (t) => {
  const said = placeOf('{"trunks": [{"password": hunter2}]}');
  t.notMatch(said, 'hunter2');
  t.match(said, 'box.json is no JSON document: look at line 1, column 26');
});

t.test('a good document is read', async (t) => {
  t.same(parseJson(' {"a": [1, {"b": null}]} ', 'x'), { a: [1, { b: null }] });
});
