import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { start } from '../../../scripts/lib/processes.ts';
import type { SessionView } from '../../src/api/contract.ts';
import { startBox } from '../kit/box.ts';

/** Starts a second daemon, which must not come up. @returns its last words */
async function refused(data: string, ...more: string[]): Promise<string> {
  const args = [
    '--data',
    data,
    '--http',
    '127.0.0.1:0',
    '--sip',
    '127.0.0.1:0',
    '--line',
    join(data, 'none'),
  ];
  try {
    await (await start('daemon', 'daemon/dist/main.js', [...args, ...more])).stop();
    return 'it started';
  } catch (error) {
    return (error as Error).message;
  }
}

t.test('a second daemon on one data folder is refused, and the first goes on', async (t) => {
  const box = await startBox(t);
  const said = await refused(box.data);
  t.match(said, 'ended with code 1');
  t.match(
    said,
    `the data folder ${box.data} is in use by another Linegate (process ${box.daemon.process.pid})`,
  );

  await box.change({ op: 'put', path: '/site/name', value: 'Still here' });
  t.match(await box.api.get<SessionView>('/api/v1/session'), { signedIn: true });

  await box.daemon.stop('SIGKILL');
  await box.restart();
  t.match(
    await box.api.get('/api/v1/config'),
    { config: { site: { name: 'Still here' } } },
    'no lock outlives it',
  );
});

t.test('what the start cannot use is said with its place', async (t) => {
  const folder = t.testdir({
    'broken.json': '{\n  "trunks": [{ "password": hunter2 }]\n}',
    'wrong.json': JSON.stringify({ version: 1, sitee: {}, rtp: { portmin: 7 } }),
    file: 'not a folder',
  });
  const data = join(folder, 'data');
  const broken = await refused(data, '--config', join(folder, 'broken.json'));
  t.match(broken, `${folder}/broken.json is no JSON document: look at line 2, column 28`);
  t.notMatch(broken, 'hunter2');
  const wrong = await refused(data, '--config', join(folder, 'wrong.json'));
  t.match(wrong, `${folder}/wrong.json is no good:\n/sitee: There is no such setting: sitee.`);
  t.match(wrong, '\n/rtp/portmin: There is no such setting: portmin.');
  t.match(await refused(data, '--config', join(folder, 'absent.json')), 'absent.json');
  t.match(await refused(join(folder, 'file')), `the data folder ${folder}/file cannot be used`);
  rmSync(data, { recursive: true });
});

t.test('a daemon does not outlive who started it', async (t) => {
  const box = await startBox(t, { claim: false });
  box.daemon.process.disconnect();
  t.equal(await box.daemon.ended, 0);
});
