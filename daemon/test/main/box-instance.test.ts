import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { boxInstance } from '../../src/main/box-instance.ts';

const fine = (message: string): never => {
  throw new Error(message);
};

t.test('RFC 5626 4.1: the box has one name, whenever it starts', async (t) => {
  const data = t.testdir();
  const name = await boxInstance(data, fine);
  t.match(
    name,
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    'RFC 4122, version 4',
  );
  t.equal(await boxInstance(data, fine), name);
  t.not(await boxInstance(t.testdir(), fine), name, 'and another box another');
});

t.test('a file that cannot be read, or holds something else, is made anew', async (t) => {
  for (const content of ['', 'urn:uuid:1', 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6\r\nX: y', '\0\0']) {
    const data = t.testdir({ 'sip-instance': content });
    const name = await boxInstance(data, fine);
    t.equal(readFileSync(join(data, 'sip-instance'), 'utf8'), `${name}\n`);
  }
  const kept = 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
  const data = t.testdir();
  writeFileSync(join(data, 'sip-instance'), `${kept}\n`);
  t.equal(await boxInstance(data, fine), kept);
});

t.test('a folder that takes no file keeps nobody from telephoning', async (t) => {
  const told: string[] = [];
  const name = await boxInstance(join(t.testdir(), 'gone'), (message) => told.push(message));
  t.match(name, /^urn:uuid:/);
  t.equal(told.length, 1);
});
