/** What main does with bans: the engine told who is who, people told once, the list kept on disk. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { Emitter } from '../../src/base/emitter.ts';
import { forgivable } from '../../src/config/schema/protection.ts';
import { configSchema } from '../../src/config/schema.ts';
import { AlarmBoard } from '../../src/health/alarm-board.ts';
import { Protection, type ProtectionParts, protectionTerms, readBans } from '../../src/main/protection.ts';
import type { EngineStats, Protection as Terms } from '../../src/sipd/engine.ts';
import type { Ban } from '../../src/sipd/guard/ban-list.ts';
import type { SipdEvents } from '../../src/sipd/host.ts';
import { FORGIVEN, LENIENCES } from '../../src/sipd/message/limits.ts';

const ban = (source: string): Ban => ({
  ...{ source, reason: 'digest', since: 1000, until: 601_000, proven: true, times: 1, dropped: 5 },
});

class FakeSipd extends Emitter<SipdEvents> {
  terms: Terms[] = [];
  lifted: string[] = [];
  bans: Ban[] = [];
  protect(terms: Terms): void {
    this.terms.push(terms);
  }
  async lift(source: string): Promise<boolean> {
    this.lifted.push(source);
    return true;
  }
  async stats(): Promise<Partial<EngineStats>> {
    return {
      counts: { 'guard.shed': 3, 'guard.banned': 2, 'guard.flood': 1, 'sip/header': 7, 'sip/body': 1 },
      leanings: [{ peer: '203.0.113.9', what: 'display-name', forgiven: 0, refused: 4 }],
      guard: { level: 'busy', pressure: 0.9, bans: this.bans },
    };
  }
}

function office(t: Test, more: Partial<ProtectionParts> = {}) {
  const clock = new FakeClock();
  const sipd = new FakeSipd();
  const alarms = new AlarmBoard(clock);
  const folder = t.testdir();
  const state = {
    addresses: ['203.0.113.9'],
    config: configSchema.parse({
      version: 1,
      trunks: [{ id: 'acme', name: 'Acme', server: 'sip.acme.example' }],
    }),
  };
  const protection = new Protection({
    sipd: sipd as unknown as NonNullable<ProtectionParts['sipd']>,
    sip: {
      trunkAddresses: () => state.addresses,
      trunkOf: (address: string) => (address === '203.0.113.9' ? 'acme' : undefined),
      counters: { strangers: 11 },
    } as unknown as ProtectionParts['sip'],
    ...{ config: () => state.config, folder, alarms, clock, warn: () => {}, ...more },
  });
  return { clock, sipd, alarms, folder, state, protection };
}

t.test('the settings know every lenience of the engine, and begin with the same', async (t) => {
  t.same([...forgivable].sort(), [...LENIENCES].sort());
  t.same([...configSchema.parse({ version: 1 }).protection.forgive].sort(), [...FORGIVEN].sort());
});

t.test(
  'the engine is told of operators, emergency numbers and settings, and told again of changes only',
  async (t) => {
    const o = office(t);
    t.teardown(() => o.protection.close());
    t.match(o.sipd.terms, [
      { guard: { bans: true, banLan: false, trunks: ['203.0.113.9'] }, lenient: FORGIVEN },
    ]);
    const { emergency } = protectionTerms(o.state.config).guard;
    for (const number of ['112', '101', '102', '103', '104', '03']) t.ok(emergency?.includes(number), number);
    o.clock.advance(10_000);
    t.equal(o.sipd.terms.length, 1);
    o.state.addresses = ['203.0.113.10'];
    o.clock.advance(2000);
    t.match(o.sipd.terms[1], { guard: { trunks: ['203.0.113.10'] } }, 'an operator that moved');
    o.state.config.protection.forgive = ['display-name'];
    o.state.config.protection.neverBan = ['198.51.100.0/24'];
    o.protection.apply();
    t.match(o.sipd.terms[2], { lenient: ['display-name'] });
    t.ok(o.sipd.terms[2]?.guard.neverBan?.includes('198.51.100.0/24'));
  },
);

t.test('a wave of scanners is one notice and one write; the notice goes with the last ban', async (t) => {
  const o = office(t);
  let raised = 0;
  o.alarms.on('raised', () => raised++);
  for (let i = 1; i <= 3; i++) o.sipd.emit('bans', [ban(`203.0.113.${i}`)], ban(`203.0.113.${i}`));
  t.equal(o.alarms.list().length, 1);
  t.match(o.alarms.list()[0], {
    id: 'sip-bans',
    severity: 'info',
    said: { ru: /203\.0\.113\.3.*подбирает пароль/ },
  });
  o.clock.advance(1000);
  await o.protection.close();
  t.match(readBans(o.folder), [ban('203.0.113.3')]);
  t.equal(raised, 3, 'its words are those of the latest');
});

t.test('the notice is taken back when nobody is banned any more', async (t) => {
  const o = office(t);
  o.sipd.emit('bans', [], ban('203.0.113.1'));
  o.sipd.bans = [ban('203.0.113.1')];
  o.clock.advance(2000);
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(o.alarms.list().length, 1);
  o.sipd.bans = [];
  o.clock.advance(2000);
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(o.alarms.list().length, 0);
  await o.protection.close();
});

t.test('a file of bans that is no good is no bans', async (t) => {
  const folder = t.testdir();
  t.same(readBans(folder), []);
  for (const text of [
    '',
    '{',
    '7',
    '[1, null, {"source": "x"}]',
    JSON.stringify([{ ...ban('a'), reason: 'x' }]),
  ]) {
    writeFileSync(join(folder, 'bans.json'), text);
    t.same(readBans(folder), [], text);
  }
  writeFileSync(join(folder, 'bans.json'), JSON.stringify([ban('192.0.2.1'), 5]));
  t.same(readBans(folder), [ban('192.0.2.1')]);
  t.ok(readFileSync(join(folder, 'bans.json'), 'utf8'));
});

t.test('what the page shows', async (t) => {
  const o = office(t);
  t.teardown(() => o.protection.close());
  o.sipd.bans = [ban('192.0.2.66')];
  const view = await o.protection.view();
  t.match(view, {
    available: true,
    load: 'busy',
    bans: [{ source: '192.0.2.66', said: { en: 'guesses passwords' }, dropped: 5 }],
    leanings: [{ trunk: 'Acme', what: 'display-name', refused: 4, said: { ru: 'имя без кавычек' } }],
    figures: { shed: 3, dropped: 3, malformed: 8, strangers: 11 },
  });
  t.ok(await o.protection.lift('192.0.2.66'));
  t.same(o.sipd.lifted, ['192.0.2.66']);
  const external = office(t, { sipd: undefined });
  t.match(await external.protection.view(), { available: false, bans: [] });
  t.equal(await external.protection.lift('x'), false);
});
