import * as z from 'zod';
import { type EventKind, eventKindNames } from '../config/schema/webhook.ts';
import type { Delivery } from '../programs/event-log.ts';
import type { ProgramEvent } from '../programs/program-event.ts';
import type { Said } from './contract.ts';

export type { EventKind } from '../config/schema/webhook.ts';
export type { Delivery, DeliveryState } from '../programs/event-log.ts';
export type {
  AlarmEventData,
  CallEventData,
  EventParty,
  EventPerson,
  ProgramEvent,
  RecordingEventData,
  VoicemailEventData,
} from '../programs/program-event.ts';

const whole = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Query of `GET /api/v1/events`; of the WebSocket there, too. */
export const eventsQuery = z.strictObject({
  since: whole.optional().describe('Events after this number; without it, of the socket only those to come'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(100)
    .describe('How many at most; not for the socket'),
});

/** Answer of `GET /api/v1/events`. */
export interface EventsPage {
  /** The oldest first. */
  events: ProgramEvent[];
  /** Number of the last event there ever was. */
  last: number;
  /** Events between `since` and this number are gone: too old, or too many. */
  gapBefore?: number;
}

/** A message of the WebSocket at `/api/v1/events`. */
export type EventMessage =
  | { type: 'hello'; last: number; since: number; gapBefore?: number }
  | ({ type: 'event' } & { event: ProgramEvent })
  | { type: 'beat'; last: number; at: number };

/** A program that is told of events, with how that goes: `GET /api/v1/webhooks`. */
export interface WebhookView {
  id: string;
  name: string;
  url: string;
  enabled: boolean;
  /** Empty: of everything. */
  kinds: EventKind[];
  /** Events that wait to be told, and those that were given up. */
  pending: number;
  dead: number;
  /** How the last try went. */
  last?: Delivery;
}

/** Query of `GET /api/v1/webhooks/:id/deliveries`. */
export const deliveriesQuery = z.strictObject({
  state: z.enum(['pending', 'done', 'dead']).optional(),
  before: whole.optional().describe('Only events before this number'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Answer of `GET /api/v1/webhooks/:id/deliveries`, the newest first. */
export interface DeliveriesPage {
  deliveries: Delivery[];
  /** `before` of the next page; missing on the last. */
  next?: number;
}

/** Body of `POST /api/v1/webhooks/:id/replay`: one event, or all after a number. */
export const replayOrder = z.union([
  z.strictObject({ number: z.number().int().min(1) }),
  z.strictObject({ since: z.number().int().min(0) }),
]);

/** Answer of `POST /api/v1/webhooks/:id/test`. */
export interface WebhookTest {
  ok: boolean;
  status?: number;
  /** What came of it, and what to do about it. */
  said: Said;
}

/** Programs that are told of events. Undefined: there is no such program. */
export interface WebhooksAccess {
  list(): WebhookView[];
  test(id: string): Promise<WebhookTest | undefined>;
  deliveries(id: string, query: z.infer<typeof deliveriesQuery>): DeliveriesPage | undefined;
  /** How many events are told again. */
  replay(id: string, order: z.infer<typeof replayOrder>): number | undefined;
}

/** What has happened, numbered. */
export interface EventsAccess {
  page(since: number, limit: number): EventsPage;
  /** Calls `fn` whenever there is something new, until the returned function is called. */
  follow(fn: () => void): () => void;
}

/** The type of zod's answer, for whoever names it. */
export type EventsQuery = z.infer<typeof eventsQuery>;
export const kindsOfEvents = eventKindNames;
