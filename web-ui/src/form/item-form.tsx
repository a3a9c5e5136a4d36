import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type SyntheticEvent, useEffect, useState } from 'react';
import type {
  ApiError,
  ConfigEdit,
  ConfigIssue,
  ConfigOutcome,
  ConfigView,
  FormSection,
} from '../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../api.ts';
import { say, t } from '../i18n/index.ts';
import { Icon } from '../ui/icons.tsx';
import { Failure } from '../ui/parts.tsx';
import { socketName } from '../view/section-words.ts';
import { wait } from '../view/settings/pending.tsx';
import { Fields } from './field.tsx';
import type { Beginning } from './section.tsx';
import { byPlace, fieldsOf, type Item, idFor, isChanged, issuesAt, scopeOfChange } from './value.ts';

interface Props {
  section: FormSection;
  view: ConfigView;
  /** Undefined: a new item, beginning as `initial`. */
  item: Item | undefined;
  initial: Item;
  /** What the new item was begun with; undefined: nothing but defaults. */
  begun?: Beginning | undefined;
  onSaved(outcome: ConfigOutcome): void;
  onCancel(): void;
}

/** How long nothing is typed before the box is asked, ms. */
const typedMs = 500;

/** The form of one item of a section, or of a section that is one object. */
export function ItemForm({ section, view, item, initial, begun, onSaved, onCancel }: Props) {
  const [value, setValue] = useState<Item>(item ?? initial);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const [issues, setIssues] = useState<readonly ConfigIssue[]>([]);
  /** What the box has against what is typed so far. */
  const [typed, setTyped] = useState<readonly ConfigIssue[]>([]);
  const [removing, setRemoving] = useState(false);
  const isList = section.kind === 'list';
  const idKey = section.idKey ?? 'id';
  // The name in paths is not typed: an id follows from the name, a socket's number from the socket.
  const fields = fieldsOf(section, value).filter(
    (f) => !isList || (f.key !== idKey && f.key !== section.discriminator),
  );
  const scope = scopeOfChange(fields, item, value);
  // Changes elsewhere do not matter to this form; one of this very item does, and is not written over.
  const [opened] = useState(view.revision);
  const present =
    item &&
    (isList
      ? listOf(view, section.key).find((o) => o[idKey] === item[idKey])
      : view.config[section.key as keyof typeof view.config]);
  const revision =
    item === undefined || JSON.stringify(present) === JSON.stringify(item) ? view.revision : opened;

  const pathOf = (whole: Item): string => (isList ? `/${section.key}/${whole[idKey]}` : `/${section.key}`);
  const send = async (edit: ConfigEdit): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    setIssues([]);
    setRemoving(edit.op === 'remove');
    try {
      onSaved(
        await api<ConfigOutcome>('/config', {
          method: 'PATCH',
          body: { revision, edits: [edit] },
        }),
      );
    } catch (error) {
      const known = failureOf(error);
      setFailure(known);
      setIssues(
        (known.issues ?? []).map((issue) => ({
          ...issue,
          path: issue.path.startsWith(`${edit.path}/`)
            ? issue.path.slice(edit.path.length)
            : `!${issue.path}`,
        })),
      );
      setBusy(false);
    }
  };
  const edit = (): ConfigEdit => {
    const whole = item || !isList || value[idKey] !== undefined ? value : { id: newId(), ...value };
    return { op: 'put', path: pathOf(whole), value: whole };
  };
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    void send(edit());
  };
  const gather = async (): Promise<void> => {
    setBusy(true);
    try {
      await wait([edit()]);
      notifications.show({ message: t('pending.added') });
      setValue(initial);
      onCancel();
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };
  // What is typed is judged by the box while it is typed; only what was touched is marked.
  useEffect(() => {
    setTyped([]);
    if (!isChanged(item, value) || busy) return;
    const touched = Object.keys(value).filter(
      (key) => JSON.stringify(value[key]) !== JSON.stringify((item ?? initial)[key]),
    );
    if (touched.length === 0) return;
    let over = false;
    const timer = setTimeout(() => {
      const one = edit();
      api('/config/validate', { body: { revision: view.revision, edits: [one] } }).then(
        () => undefined,
        (error) => {
          const within = (failureOf(error).issues ?? [])
            .filter(({ path }) => path.startsWith(`${one.path}/`))
            .map((issue) => ({ ...issue, path: issue.path.slice(one.path.length) }));
          if (!over) setTyped(within.filter(({ path }) => touched.includes(path.split('/')[1] ?? '')));
        },
      );
    }, typedMs);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [value, busy, view.revision]);
  const newId = (): string => {
    const taken = new Set(listOf(view, section.key).map((other) => String(other.id)));
    return idFor(String(value.name ?? value.number ?? section.key), taken);
  };
  const remove = (): void => {
    if (item && confirm(t('form.removeQuestion', { what: String(item.name || item[idKey]) }))) {
      void send({ op: 'remove', path: pathOf(item) });
    }
  };
  const common = {
    item: value,
    onField: (key: string, next: unknown) => {
      const { [key]: _old, ...others } = value;
      setValue(next === undefined ? others : { ...value, [key]: next });
    },
    path: '',
    issues: (issues.length > 0 ? issues : typed).map((issue) => byPlace(issue, value)),
    config: view.config,
  };
  const isAsked = (key: string): boolean => key === 'name' || (begun?.asks?.includes(key) ?? false);
  const asked = fields.filter((f) => isAsked(f.key)).map((f) => ({ ...f, technical: false }));
  const given = fields.filter((f) => !isAsked(f.key));
  const givenWrong = given.some((f) => issuesAt(issues, `/${f.key}`).length > 0);
  const elsewhere = issues.filter((issue) => issue.path.startsWith('!'));
  const users = [...new Set(elsewhere.map((issue) => entryName(view, issue.path.slice(1))))].join(', ');

  return (
    <form className="item-form" onSubmit={save} noValidate data-section={section.key}>
      <div className="item-form-body">
        {begun?.note !== undefined && <p className="lead">{begun.note}</p>}
        {section.help && !begun?.asks && <p className="lead">{say(section.help)}</p>}
        {begun?.asks ? (
          <>
            <Fields {...common} fields={asked} />
            <details className="given-fields" open={givenWrong}>
              <summary>{t('form.given')}</summary>
              <Fields {...common} fields={given} />
            </details>
          </>
        ) : (
          <Fields {...common} fields={fields} />
        )}
      </div>
      <footer className="item-form-foot">
        {removing && users !== '' ? (
          <p className="error" role="alert">
            {t('form.stillUsed', { list: users })}
          </p>
        ) : (
          <>
            <Failure error={failure} />
            {elsewhere.map((issue) => (
              <p className="error" key={issue.path}>
                {entryName(view, issue.path.slice(1))}. {say(issue.said)}
              </p>
            ))}
          </>
        )}
        <p className="scope" role="status">
          {scope ? (
            <>
              <Icon name="clock" size={16} /> {t(`scope.${scope}`)}
            </>
          ) : (
            t('form.unchanged')
          )}
        </p>
        <div className="actions">
          <Button className="primary" type="submit" disabled={busy || !isChanged(item, value)}>
            {t('form.save')}
          </Button>
          {isChanged(item, value) && (
            <Button variant="light" disabled={busy} onClick={() => void gather()} data-wait>
              {t('form.wait')}
            </Button>
          )}
          {(isList || isChanged(item, value)) && (
            <Button variant="default" onClick={isList ? onCancel : () => setValue(initial)}>
              {t('form.cancel')}
            </Button>
          )}
          {item && isList && (
            <Button variant="subtle" color="red" disabled={busy} onClick={remove}>
              <Icon name="trash" size={16} /> {t('form.delete')}
            </Button>
          )}
        </div>
      </footer>
    </form>
  );
}

/** What the entry that a JSON pointer leads into is called. */
function entryName(view: ConfigView, path: string): string {
  const [, key = '', id] = path.split('/');
  if (key === 'ports') return socketName(view.config, Number(id));
  const entry = listOf(view, key).find((other) => String(other.id) === id);
  return String(entry?.name || entry?.number || id || key);
}

function listOf(view: ConfigView, key: string): Item[] {
  const list: unknown = view.config[key as keyof typeof view.config];
  return Array.isArray(list) ? list : [];
}
