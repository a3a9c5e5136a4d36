/**
 * PEM with the line ends that OpenSSL wants: a text field of one line turns them into spaces, or drops them.
 * Text that holds no PEM comes back as it was.
 */
export function pemText(text: string): string {
  return text.replace(
    /-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----\s*/g,
    (_, kind: string, body: string) => {
      const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
      return `-----BEGIN ${kind}-----\n${lines.join('\n')}\n-----END ${kind}-----\n`;
    },
  );
}
