import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import type { ConfigOutcome, ConfigView, FormModel, FormSection } from '../../../daemon/src/api/contract.ts';
import { say, t } from '../i18n/index.ts';
import { useBox } from '../query.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { Card, Empty, Failure, Sheet } from '../ui/parts.tsx';
import { saved } from '../ui/saved-notice.tsx';
import { ItemForm } from './item-form.tsx';
import { blank, fieldsOf, type Item } from './value.ts';

/** A new item to begin with. */
export interface Beginning {
  title: string;
  item: Item;
  /** Keys of the fields that are still to be filled in; the others are given and folded away. */
  asks?: readonly string[];
  /** Where to find what is asked. */
  note?: string;
}

interface Props {
  /** Key of the section in the configuration. */
  name: string;
  icon: IconName;
  /** One item in a sentence or two. */
  summary(item: Item, view: ConfigView): ReactNode;
  /** Order in which the items are shown; that of the document if not given. */
  sort?(a: Item, b: Item): number;
  /** New items that can be begun, where it is not one plain button (ports: by socket). */
  beginnings?(view: ConfigView): Beginning[];
  /** Asks first what kind of item it is to be; `blank`: an item of defaults. */
  chooser?(blank: Item, choose: (beginning: Beginning) => void): ReactNode;
  /** More buttons beside the one for a new item. */
  extra?(view: ConfigView): ReactNode;
  title?: string;
}

/** A list of the configuration: its items in words, a form for each, and a button for a new one. */
export function ListSection({ name, icon, summary, sort, beginnings, chooser, extra, title }: Props) {
  const config = useBox<ConfigView>('/config', 'config');
  const form = useBox<FormModel>('/config/form');
  const [open, setOpen] = useState<{ item: Item | undefined; initial: Item; begun?: Beginning }>();
  const [choosing, setChoosing] = useState(false);
  /** The revision that a save made, until the list has it. */
  const [awaited, setAwaited] = useState<number>();
  const shown = config.value?.revision ?? 0;
  useEffect(() => {
    if (awaited === undefined || shown < awaited) return;
    setAwaited(undefined);
    setOpen(undefined);
  }, [awaited, shown]);
  const section = form.value?.sections.find((s) => s.key === name);
  const view = config.value;
  const failure = config.failure ?? form.failure;
  if (!section || !view) {
    return (
      <Card title={title ?? ''}>
        {failure ? <Failure error={failure} /> : <p className="waiting">{t('loading')}</p>}
      </Card>
    );
  }
  const list = [...((view.config[name as keyof typeof view.config] as unknown as Item[] | undefined) ?? [])];
  if (sort) list.sort(sort);
  const idKey = section.idKey ?? 'id';
  const itemTitle = section.itemTitle ? say(section.itemTitle) : '';
  const starts: Beginning[] = beginnings
    ? beginnings(view)
    : [{ title: t('form.add', { what: itemTitle }), item: newItem(section) }];
  const buttons = (
    <div className="actions">
      {starts.map((start) => (
        <Button
          variant="default"
          key={start.title}
          data-add={name}
          onClick={() => (chooser ? setChoosing(true) : setOpen({ item: undefined, initial: start.item }))}
        >
          <Icon name="plus" size={16} /> {start.title}
        </Button>
      ))}
      {extra?.(view)}
    </div>
  );
  return (
    <Card title={title ?? say(section.title)} aside={list.length > 0 && buttons} className="list-section">
      {list.length === 0 ? (
        <Empty icon={icon} action={buttons}>
          {section.empty ? say(section.empty) : section.help ? say(section.help) : ''}
        </Empty>
      ) : (
        <ul className="items">
          {list.map((item) => (
            <li key={String(item[idKey])}>
              <button
                type="button"
                className={`item ${item.enabled === false ? 'disabled' : ''}`}
                data-item={`${name}/${item[idKey]}`}
                onClick={() => setOpen({ item, initial: item })}
              >
                <Icon name={icon} />
                <span className="item-words">{summary(item, view)}</span>
                {item.enabled === false && <span className="tag">{t('off')}</span>}
                <Icon name="right" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {choosing && chooser && (
        <Sheet title={t('form.new', { what: itemTitle })} onClose={() => setChoosing(false)}>
          {chooser(newItem(section), (begun) => {
            setChoosing(false);
            setOpen({ item: undefined, initial: begun.item, begun });
          })}
        </Sheet>
      )}
      {open && (
        <Sheet
          title={
            open.item
              ? String(open.item.name || open.item[idKey])
              : (open.begun?.title ?? t('form.new', { what: itemTitle }))
          }
          onClose={() => setOpen(undefined)}
        >
          <ItemForm
            section={section}
            view={view}
            item={open.item}
            initial={open.initial}
            begun={open.begun}
            onCancel={() => setOpen(undefined)}
            onSaved={(outcome) => {
              // Closed when the list shows what was saved: an item opened again before that would be the old one.
              setAwaited(outcome.revision);
              announce(outcome, config.reload);
            }}
          />
        </Sheet>
      )}
    </Card>
  );
}

/** A part of the configuration that is one object; its form stands open in the page. */
export function ObjectSection({ name, title }: { name: string; title?: string }) {
  const config = useBox<ConfigView>('/config', 'config');
  const form = useBox<FormModel>('/config/form');
  const section = form.value?.sections.find((s) => s.key === name);
  const view = config.value;
  if (!section || !view) return null;
  const item = view.config[name as keyof typeof view.config] as unknown as Item;
  return (
    <Card title={title ?? say(section.title)}>
      <ItemForm
        // A new revision begins the form anew: what was typed on an old one would undo the other's change.
        key={view.revision}
        section={section}
        view={view}
        item={item}
        initial={item}
        onCancel={config.reload}
        onSaved={(outcome) => announce(outcome, config.reload)}
      />
    </Card>
  );
}

function announce(outcome: ConfigOutcome, reload: () => void): void {
  reload();
  saved(outcome);
}

function newItem(section: FormSection): Item {
  const variant = section.variants?.[0];
  const start: Item = variant && section.discriminator ? { [section.discriminator]: variant.value } : {};
  const fields = fieldsOf(section, start);
  const { id: _id, ...rest } = blank(fields);
  return { ...start, ...rest };
}
