import { randomBytes } from 'node:crypto';
import t from 'tap';
import { opensRoom, sealRoomPins } from '../../src/config/room-pin.ts';
import { validateConfig } from '../../src/config/validate.ts';

const key = { bytes: randomBytes(32) };
const person = { id: 'anna', name: 'Anna', extension: '21', classOfService: 'office' };

// biome-ignore lint/suspicious/noExplicitAny: a document is whatever somebody has sent.
const sealed = (document: object): any => sealRoomPins(document, key);

t.test('the PIN of a mailbox is stored as a fingerprint, of people and of groups', (t) => {
  const { document, issues } = sealed({
    version: 1,
    people: [{ ...person, voicemail: { enabled: true, pin: '258025' } }, { ...person, id: 'boris' }, null],
    groups: [
      { id: 'sales', voicemail: { pin: '741963' } },
      { id: 'works', voicemail: { pin: '' } },
    ],
    rooms: [{ id: 'board', pin: '582047' }],
  });
  t.same(issues, []);
  t.notMatch(JSON.stringify(document), /258025|741963|582047/);
  t.ok(opensRoom('258025', document.people[0].voicemail.pin, key));
  t.notOk(opensRoom('258026', document.people[0].voicemail.pin, key));
  t.ok(opensRoom('741963', document.groups[0].voicemail.pin, key));
  t.ok(opensRoom('582047', document.rooms[0].pin, key));
  t.equal(document.groups[1].voicemail.pin, '');
  t.same(document.people.slice(1), [{ ...person, id: 'boris' }, null], 'the rest is as it was');
  t.same(sealed(document).document, document, 'what is sealed stays');
  t.end();
});

t.test('one that is too easy is refused where it stands', (t) => {
  const { issues } = sealed({ people: [{ ...person, voicemail: { pin: '212121' } }] });
  t.match(issues, [{ path: '/people/0/voicemail/pin' }]);
  t.same(sealed({ nothing: true }), { document: { nothing: true }, issues: [] });
  t.end();
});

t.test('letters need a sender, and a mailbox one owner; an old document is as good as ever', (t) => {
  const document = (more: object): object => ({ version: 1, people: [person], ...more });
  t.equal(validateConfig(document({})).ok, true);
  t.equal(
    validateConfig(document({ mail: { host: 'mail.example.com', user: 'office@example.com' } })).ok,
    true,
  );
  t.match(validateConfig(document({ mail: { host: 'mail.example.com', user: 'office' } })), {
    ok: false,
    issues: [{ path: '/mail/from', said: { ru: /адрес/, en: /address/ } }],
  });
  const both = {
    people: [{ ...person, voicemail: { enabled: true } }],
    groups: [
      { id: 'anna', name: 'Annas', members: [{ target: 'person:anna' }], voicemail: { enabled: true } },
    ],
  };
  t.match(validateConfig(document(both)), {
    ok: false,
    issues: [{ path: '/groups/0/voicemail/enabled' }],
  });
  for (const email of [
    'anna',
    'anna@',
    'a b@example.com',
    'anna@example.com\nBcc: all@example.com',
    '<x@y.z>',
  ])
    t.equal(validateConfig(document({ people: [{ ...person, email }] })).ok, false, JSON.stringify(email));
  t.equal(
    validateConfig(document({ people: [{ ...person, email: 'anna.k+box@mail.example.com' }] })).ok,
    true,
  );
  t.end();
});
