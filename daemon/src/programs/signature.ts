import { createHmac } from 'node:crypto';

/**
 * The headers of a message to a program, as Standard Webhooks 1.0.0 has them: an id that stays the same however often it
 * is sent, when it was sent, and HMAC-SHA256 over id, time and body. The key is base64 behind `whsec_`.
 * @param seconds Unix time of this try, s
 */
export function signedHeaders(
  secret: string,
  id: string,
  seconds: number,
  body: string,
): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
}
