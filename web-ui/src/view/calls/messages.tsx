import { Button } from '@mantine/core';
import { useState } from 'react';
import type {
  ApiError,
  MailboxView,
  VoiceMessageChange,
  VoiceMessageView,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { tenths } from '../../format/number.ts';
import { phone } from '../../format/phone.ts';
import { duration, moment } from '../../format/time.ts';
import { t, tn } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Link } from '../../router.tsx';
import { isAdmin } from '../../session.ts';
import { Card, Empty, Failure, PlaceHead, State } from '../../ui/parts.tsx';
import { partyName } from '../state-words.ts';
import { CallsTabs } from './tabs.tsx';

/** What have callers left? */
export function MessagesPlace() {
  return (
    <>
      <PlaceHead title={t('calls.messages')} lead={t('messages.lead')} />
      <CallsTabs />
      <Mailboxes />
    </>
  );
}

function Mailboxes() {
  const { value, failure } = useBox<MailboxView[]>('/voicemail', 'voicemail');
  if (!value) return failure ? <Failure error={failure} /> : <p className="waiting">{t('loading')}</p>;
  if (value.length === 0)
    return (
      <Empty
        icon="bell"
        action={
          isAdmin() && (
            <Link to="/people" className="button">
              {t('messages.toPeople')}
            </Link>
          )
        }
      >
        {t('messages.noBoxes')}
      </Empty>
    );
  const inUse = (box: MailboxView): boolean => box.fresh + box.old > 0 || box.ownGreeting;
  const byNews = value.filter(inUse).sort((a, b) => Number(b.fresh > 0) - Number(a.fresh > 0));
  const unused = value.filter((box) => !inUse(box)).map(({ name }) => name);
  return (
    <>
      {byNews.map((box) => (
        <Mailbox key={box.id} box={box} />
      ))}
      {unused.length > 0 && <p className="dim">{t('messages.emptyBoxes', { list: unused.join(', ') })}</p>}
    </>
  );
}

type Act = (promise: Promise<unknown>) => void;

function Mailbox({ box }: { box: MailboxView }) {
  const path = `/voicemail/${encodeURIComponent(box.id)}`;
  const list = useBox<VoiceMessageView[]>(path, 'voicemail');
  const [error, setError] = useState<ApiError['error']>();
  const act: Act = (promise) => {
    setError(undefined);
    promise.then(list.reload, (failure: unknown) => setError(failureOf(failure)));
  };
  return (
    <Card
      title={
        <>
          {box.name} {box.extension && <span className="number dim">{box.extension}</span>}
        </>
      }
      aside={
        <State tone={box.fresh > 0 ? 'attention' : 'free'}>
          {box.fresh > 0 ? tn('messages.new', box.fresh) : t('messages.noNew')}
        </State>
      }
      className="mailbox"
    >
      <Failure error={error ?? list.failure} />
      <ul className="messages" data-box={box.id}>
        {list.value?.map((message) => (
          <Message key={message.id} message={message} path={`${path}/${message.id}`} act={act} />
        ))}
      </ul>
      {box.ownGreeting && <Greeting path={`${path}/greeting`} act={act} />}
      <p className="dim">
        {t('messages.room', {
          used: tenths(box.bytes / 1_000_000),
          of: Math.round(box.maxBytes / 1_000_000),
        })}{' '}
        {t('messages.saveHelp')}
      </p>
    </Card>
  );
}

function Message({ message, path, act }: { message: VoiceMessageView; path: string; act: Act }) {
  const { number, name, heardAt, saved, at, ms, callId } = message;
  const who = partyName(message);
  const when = moment(at, boxNow.value);
  const change = (body: VoiceMessageChange): void => act(api(path, { method: 'PATCH', body }));
  const heard = heardAt !== undefined;
  return (
    <li data-message={message.id} data-heard={heard}>
      <p className="item-line">
        <State tone={heard ? 'free' : 'attention'}>{t(heard ? 'messages.isHeard' : 'messages.isNew')}</State>
        <strong>
          {name ?? (number === undefined && who)}{' '}
          {number !== undefined && (
            <a className="number" href={`tel:${number}`}>
              {phone(number)}
            </a>
          )}
        </strong>
        <time>{when}</time>
        <span>{duration(ms)}</span>
        {saved && <span className="tag">{t('messages.isSaved')}</span>}
        <Link to={`/calls/${encodeURIComponent(callId)}`}>{t('messages.call')}</Link>
      </p>
      {/* biome-ignore lint/a11y/useMediaCaption: nobody has written down what was said. */}
      <audio
        controls
        preload="none"
        src={`/api/v1${path}/sound`}
        aria-label={t('messages.listen', { who })}
        onEnded={() => {
          if (!heard) change({ heard: true });
        }}
      />
      <p className="actions">
        <Button variant="default" onClick={() => change({ heard: !heard })}>
          {t(heard ? 'messages.markNew' : 'messages.markHeard')}
        </Button>
        <Button variant="default" onClick={() => change({ saved: !saved })}>
          {t(saved ? 'messages.unsave' : 'messages.save')}
        </Button>
        <a className="button" href={`/api/v1${path}/sound?download`} download>
          {t('messages.download')}
        </a>
        <Button
          variant="subtle"
          color="red"
          aria-label={t('messages.deleteNamed', { who })}
          onClick={() => {
            if (confirm(t('messages.deleteQuestion', { who, when }))) act(api(path, { method: 'DELETE' }));
          }}
        >
          {t('messages.delete')}
        </Button>
      </p>
    </li>
  );
}

function Greeting({ path, act }: { path: string; act: Act }) {
  return (
    <div className="greeting">
      <p>{t('messages.greeting')}</p>
      {/* biome-ignore lint/a11y/useMediaCaption: nobody has written down what was said. */}
      <audio controls preload="none" src={`/api/v1${path}`} aria-label={t('messages.greeting')} />
      {isAdmin() && (
        <p className="actions">
          <Button
            variant="subtle"
            color="red"
            onClick={() => {
              if (confirm(t('messages.greetingQuestion'))) act(api(path, { method: 'DELETE' }));
            }}
          >
            {t('messages.greetingDelete')}
          </Button>
        </p>
      )}
    </div>
  );
}
