import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { webhookPost } from '../../src/main/webhook-post.ts';

const clock = new FakeClock();
const message = { verify: true, headers: {}, body: '{}' };

t.test('no message goes to this box, the link’s own addresses, or where a name leads inside', async (t) => {
  const names: Record<string, string[]> = {
    'inside.example': ['192.168.1.5'],
    'loop.example': ['127.0.0.1'],
    'cloud.example': ['169.254.169.254'],
  };
  const post = webhookPost({ clock, hosts: () => [], resolve: async (host) => names[host] ?? [] });
  for (const url of [
    'http://127.0.0.1:1/x',
    'http://[::1]:1/',
    'http://0.0.0.0:1/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:127.0.0.1]:1/',
    'http://2130706433:1/',
    'http://inside.example:1/',
    'http://loop.example:1/',
    'http://cloud.example:1/',
    'http://unknown.example:1/',
  ])
    t.same(await post({ ...message, url }), { error: 'address' }, url);
});

t.test('a name inside goes where its address is named, too', async (t) => {
  const asked: (readonly string[])[] = [];
  const post = webhookPost({
    ...{ clock, hosts: () => ['192.168.1.0/24'], resolve: async () => ['192.168.1.5'] },
    choose: (host, addresses, allowed) => {
      asked.push([host, ...addresses, ...allowed]);
      return undefined;
    },
  });
  await post({ ...message, url: 'http://crm.lan/hook' });
  t.same(asked, [['crm.lan', '192.168.1.5', '192.168.1.0/24', 'crm.lan']]);
});
