import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { PromptView } from '../../src/api/prompt-contract.ts';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { likeness } from '../kit/likeness.ts';
import { wavFile } from '../kit/wav.ts';

const rate = 22_050;
/** Four seconds: a sweep over the band, which is like nothing else, then 700 Hz; loud, at a rate of no telephone. */
const sound = (at: number): Int16Array =>
  Int16Array.from({ length: at * 4 }, (_, i) => {
    const time = i / at;
    const phase = time < 1.5 ? 400 * time + (1100 * time * time) / 1.5 : 700 * time;
    return Math.round(20_000 * Math.sin(2 * Math.PI * phase));
  });

t.test(
  'a recording of the office is uploaded, heard in a menu at the level of prompts, and kept from harm',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        office.prompts = [{ id: 'hello', name: 'Hello' }];
        office.flows = [
          {
            id: 'main',
            name: 'Main',
            extension: '66',
            nodes: [
              { id: 'greet', does: { kind: 'play', say: 'prompt:hello', next: 'over' } },
              { id: 'over', does: { kind: 'end' } },
            ],
          },
        ];
        office.destinations[0].steps = [{ targets: ['flow:main'], seconds: 60 }];
      },
    });
    const listed = async (): Promise<PromptView | undefined> =>
      (await box.api.get<{ prompts: PromptView[] }>('/api/v1/prompts')).prompts[0];
    const put = (data: Buffer, type = 'audio/wav') =>
      box.api.upload('/api/v1/prompts/hello/sound', data, type);

    const wrong = await put(Buffer.from('no sound at all'));
    t.match(wrong, {
      status: 400,
      body: { error: { code: 'api/sound-unknown', said: { ru: /MP3/, en: /MP3/ } } },
    });
    t.equal((await listed())?.sound, undefined, 'nothing of it is kept');
    t.equal(
      (await box.api.upload('/api/v1/prompts/none/sound', wavFile(sound(8000)), 'audio/wav')).status,
      404,
    );
    const mp3 = readFileSync(join(import.meta.dirname, '../kit/sounds/tone-700.mp3'));
    t.equal((await put(mp3, 'audio/mpeg')).status, 200);
    t.match(await listed(), { sound: { seconds: 1.1 }, usedAt: ['/flows/0/nodes/0/does/say'] });
    t.equal((await put(wavFile(sound(rate), rate))).status, 200);
    t.match(await listed(), { sound: { seconds: 4, bytes: 44 + 64_000 } });
    t.equal((await put(mp3.subarray(0, 60), 'audio/mpeg')).status, 400);
    const kept = (await box.api.download('/api/v1/prompts/hello/sound?download')).data;
    t.equal(kept.length, 44 + 64_000, 'a file that is not whole leaves the old one');

    const call = await operator.call({
      to: `${box.sip.host}:${box.sip.port}`,
      number: '+74951110000',
    });
    await operatorCall(operator, 'answered');
    // The sweep and the tone have one level, so the tone has that of the whole.
    const level = await toneAtOperator(operator, call, 700, -21, 1);
    t.pass(`a caller hears it at ${level.toFixed(1)} dBm0`);
    await until('the menu ends the call', () => operator.calls()[0]?.state === 'ended' || undefined, 10_000);

    await box.dial(1, '66');
    const phone = box.telephone(1);
    const from = phone.heard.position;
    // The tone has gone on for most of a second: the sweep before it has been heard.
    await until('the telephone hears it', () => (phone.level(800, 700) > -25 ? true : undefined), 10_000);
    const heard = phone.heard.since(from);
    phone.hangup();

    const refused = await box.api
      .delete('/api/v1/prompts/hello/sound')
      .catch((error: Error) => error.message);
    t.match(refused, /prompt-used/, 'who calls would hear nothing');
    const gone = await box
      .change({ op: 'remove', path: '/prompts/hello' })
      .catch((error: Error) => error.message);
    t.match(gone, /flows/, 'nor can its entry be taken away');
    // Last: the simulated office is in this process, and stands still meanwhile.
    const like = likeness(heard, sound(8000).subarray(0, 12_000));
    t.ok(like > 0.9, `the telephone hears what was uploaded: ${like.toFixed(2)}`);
  },
);
