import t from 'tap';
import { createLogger, type LogEntry, type LoggerOptions } from '../../src/log/logger.ts';
import { textOf, textSink } from '../../src/log/text-sink.ts';

function recording(options: Partial<LoggerOptions> = {}) {
  const entries: LogEntry[] = [];
  const log = createLogger({
    sink: (entry) => entries.push(entry),
    wall: () => 1_768_467_600_000,
    ...options,
  });
  return { log, entries };
}

t.test('children carry their names and fields', async (t) => {
  const { log, entries } = recording();
  log.child('sip').child('trunk', { trunk: 'acme' }).info('registered', { ms: 12 });
  t.same(entries, [
    {
      at: 1_768_467_600_000,
      level: 'info',
      name: 'sip.trunk',
      message: 'registered',
      fields: { trunk: 'acme', ms: 12 },
    },
  ]);
});

t.test('a message is made only if it is written', async (t) => {
  const { log, entries } = recording({ level: 'info' });
  let made = 0;
  log.debug(() => `expensive ${++made}`);
  t.equal(made, 0);
  log.info(() => `cheap ${++made}`);
  t.equal(made, 1);
  t.equal(entries[0]?.message, 'cheap 1');
});

t.test('the most telling name sets the level', async (t) => {
  const { log, entries } = recording({ level: { '': 'warn', sip: 'debug', 'sip.wire': 'error' } });
  log.info('root');
  log.child('sip').debug('sip');
  log.child('sip').child('trunk').debug('trunk');
  log.child('sip').child('wire').warn('wire');
  log.child('sipd').info('other');
  t.same(
    entries.map((entry) => entry.message),
    ['sip', 'trunk'],
  );
});

t.test('secrets are taken out by name, at any depth', async (t) => {
  const { log, entries } = recording();
  log.info('x', {
    password: 'sesame',
    trunk: { authPassword: 'sesame', list: [{ pin: '271828' }] },
    user: 'anna',
    hmac: 'ff',
    dialedDigits: '1',
  });
  const text = JSON.stringify(entries);
  t.notMatch(text, /sesame|271828|"ff"/);
  t.match(text, /anna/);
});

t.test('a failing message or an error does not break the caller', async (t) => {
  const { log, entries } = recording();
  log.info(() => {
    throw new Error('boom');
  });
  log.error('failed', { error: Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }) });
  t.match(entries[0]?.message, /message failed: boom/);
  t.equal(entries[1]?.fields.error, 'ENOTFOUND: no such host');
});

t.test('a line stays one line, whatever a stranger put into it', async (t) => {
  const { log, entries } = recording();
  log.info('INVITE from a\r\n2026 error forged', { name: 'x y', ok: true, user: 'a=b\nc' });
  const line = textOf(entries[0]!);
  t.equal(line.split(/[\r\n]/).length, 1);
  t.match(line, /name="x y" ok=true/);
});

t.test('lines for the terminal have a time, lines for the journal a priority', async (t) => {
  const lines: string[] = [];
  createLogger({ sink: textSink({ write: (line) => lines.push(line) }), wall: () => 0 }).info('up', {
    port: 5060,
  });
  createLogger({ sink: textSink({ write: (line) => lines.push(line), journal: true }), wall: () => 0 }).warn(
    'hot',
  );
  t.same(lines, ['1970-01-01T00:00:00.000Z info up port=5060\n', '<4>hot\n']);
});
