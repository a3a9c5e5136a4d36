import { lockoutLift, ownCertificate } from '../security-contract.ts';
import { supportOrder } from '../support-contract.ts';
import { tokenOrder } from '../token-contract.ts';
import { type Operations, tagged } from './operation.ts';

const pcap = ['application/vnd.tcpdump.pcap'];

/** The box itself: who gets in, its sockets, its health. */
export const boxOperations: Operations = {
  ...tagged('Access', {
    'GET /session': { summary: 'Who is signed in, and whether the box is claimed', answer: 'SessionView' },
    'POST /claim': {
      summary: 'The first visit: a password against the code on the label',
      body: 'ClaimRequest',
      answer: 'ok',
      errors: ['api/already-claimed', 'api/wrong-code', 'api/weak-password'],
    },
    'POST /login': {
      summary: 'Signs in; the session is a cookie',
      body: 'LoginRequest',
      answer: 'ok',
      errors: ['api/not-claimed', 'api/wrong-password'],
    },
    'POST /logout': { summary: 'Signs out', answer: 'ok' },
    'POST /password': {
      summary: 'Another password of one’s own',
      body: 'PasswordRequest',
      answer: 'ok',
      errors: ['api/wrong-password', 'api/weak-password'],
    },
    'GET /accounts': { summary: 'Who signs in besides the administrator', answer: 'AccountView[]' },
    'PUT /accounts/:id': {
      summary: 'A new account, or another content for one',
      body: 'AccountRequest',
      answer: 'AccountView',
      also: { 201: 'AccountView' },
      errors: ['api/weak-password', 'config/invalid'],
    },
    'DELETE /accounts/:id': { summary: 'Deletes an account', answer: 'ok' },
    'GET /tokens': { summary: 'Tokens of programs, without their secrets', answer: 'TokenView[]' },
    'POST /tokens': {
      summary: 'A new token; this answer alone shows it',
      body: tokenOrder,
      answer: 'TokenMade',
      status: 201,
      errors: ['api/too-many-tokens'],
    },
    'DELETE /tokens/:id': { summary: 'Revokes a token at once', answer: 'ok' },
    'GET /sessions': { summary: 'Browsers that are signed in', answer: 'SessionRow[]' },
    'DELETE /sessions/:id': { summary: 'Signs a browser out', answer: 'ok' },
    'GET /lockouts': { summary: 'Who has to wait after wrong attempts', answer: 'LockoutView[]' },
    'POST /lockouts/lift': { summary: 'Lifts a lock', body: lockoutLift, answer: 'ok' },
    'GET /audit': {
      summary: 'Who listened to, took, deleted or changed what, the newest first',
      query: { limit: '1 to 500', before: 'Only lines before this id', call: 'Only lines of this call' },
      answer: 'AuditPage',
    },
    'GET /certificate/authority.crt': {
      summary: 'The certificate of the box’s own authority, to be trusted by browsers',
      answer: { file: ['application/x-x509-ca-cert'] },
    },
    'GET /certificate/authority.pem': {
      summary: 'The same as text',
      answer: { file: ['application/x-pem-file'] },
    },
    'GET /certificate': { summary: 'The certificate that the page shows', answer: 'CertificateView' },
    'PUT /certificate': {
      summary: 'A certificate of the office’s own',
      body: ownCertificate,
      answer: 'CertificateView',
    },
    'DELETE /certificate': { summary: 'The box’s own certificate again', answer: 'CertificateView' },
  }),
  ...tagged('Box', {
    'GET /metrics': {
      summary: 'Figures in the text format of Prometheus',
      answer: { file: ['text/plain'] },
    },
    'GET /docs': {
      summary: 'Leads to the page that draws this document',
      answer: { file: ['text/html', 'text/plain'] },
      status: 302,
    },
    'GET /openapi.json': { summary: 'This document', answer: { type: 'object' } },
    'POST /ports/:number/test': {
      summary: 'Rings a telephone for 3 s, or measures a line',
      body: 'LineTestRequest',
      answer: 'LineTestResult',
    },
    'GET /ports/:number/levels': {
      summary:
        'How loud a socket is, in both directions; the first answer begins the measuring, and is empty',
      answer: 'PortLevelsView',
    },
    'GET /ports/:number/learn': { summary: 'How the lesson of a line goes', answer: 'LearnView' },
    'POST /ports/:number/learn': {
      summary: 'Begins to learn how a line behaves',
      body: 'LearnOrder',
      answer: 'LearnView',
      status: 201,
      errors: ['api/line-in-use'],
    },
    'DELETE /ports/:number/learn': { summary: 'Ends the lesson', answer: 'ok' },
    'GET /trunks/:id/trace': { summary: 'The last SIP messages with an operator', answer: 'TraceView' },
    'GET /trunks/:id/trace.pcap': { summary: 'The same as a file for Wireshark', answer: { file: pcap } },
    'GET /devices/:id/trace': { summary: 'The last SIP messages with a device', answer: 'TraceView' },
    'GET /devices/:id/trace.pcap': { summary: 'The same as a file for Wireshark', answer: { file: pcap } },
    'GET /protection': {
      summary: 'Who is kept out, and how loaded the SIP engine is',
      answer: 'ProtectionView',
    },
    'POST /protection/lift': {
      summary: 'Lets an address in again',
      body: { type: 'object', properties: { source: { type: 'string' } }, required: ['source'] },
      answer: 'ok',
    },
    'GET /mail': { summary: 'Whether letters go out, and how many wait', answer: 'MailView' },
    'POST /mail/test': {
      summary: 'Sends a letter at once, and tells how that went',
      body: {
        type: 'object',
        properties: { to: { type: 'string' }, language: { enum: ['ru', 'en'] } },
        required: ['to'],
      },
      answer: 'MailTestResult',
    },
    'POST /people/:id/note': { summary: 'A note to a person by mail', body: 'NoteRequest', answer: 'ok' },
    'GET /diagnosis': { summary: 'What is wrong, and what to do about it', answer: 'DiagnosisView' },
    'POST /diagnosis/run': { summary: 'Looks again', answer: 'DiagnosisView', status: 202 },
    'GET /support-bundle': {
      summary: 'What a bundle for support holds, and whether there is one',
      answer: 'SupportView',
    },
    'POST /support-bundle': {
      summary: 'Makes a bundle without secrets',
      body: supportOrder,
      answer: 'SupportView',
      status: 202,
    },
    'GET /support-bundle/file': {
      summary: 'The bundle',
      answer: { file: ['application/gzip', 'application/zip'] },
    },
    'DELETE /support-bundle': { summary: 'Deletes the bundle', answer: 'ok' },
  }),
};
