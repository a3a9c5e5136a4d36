import { Button, Checkbox, NativeSelect, Switch, TextInput } from '@mantine/core';
import type { FormField } from '../../../daemon/src/api/contract.ts';
import { say, t } from '../i18n/index.ts';
import { Icon } from '../ui/icons.tsx';
import { type ControlProps, describe, Fields, idOf, itemsOf, Notes, wording } from './field.tsx';
import { blank, blankVariant, isItem, issuesAt } from './value.ts';

type Of<T extends FormField['type']> = ControlProps & { field: Extract<FormField, { type: T }> };

/** Fields that belong together; an optional group is switched on and off. */
export function GroupField({ field, value, onChange, path, issues, config }: Of<'group'>) {
  const item = isItem(value) ? value : undefined;
  const id = idOf(path);
  return (
    <fieldset className="group" data-field={path}>
      <legend>{say(field.title)}</legend>
      {field.optional && (
        <Switch
          id={id}
          label={t('form.use')}
          checked={item !== undefined}
          aria-describedby={describe(id, field, [])}
          onChange={(e) => onChange(e.currentTarget.checked ? blank(field.fields) : undefined)}
        />
      )}
      <Notes id={id} field={field} issues={issues.filter((i) => i.path === path)} />
      {(item || !field.optional) && (
        <Fields
          fields={field.fields}
          item={item ?? {}}
          onField={(key, next) => onChange(withKey(item ?? {}, key, next))}
          path={path}
          issues={issues}
          config={config}
        />
      )}
    </fieldset>
  );
}

/** Several items of the same fields, in order. */
export function ListField({ field, value, onChange, path, issues, config }: Of<'list'>) {
  const items = Array.isArray(value) ? value : [];
  const id = idOf(path);
  const move = (from: number, to: number): void =>
    onChange(items.toSpliced(from, 1).toSpliced(to, 0, items[from]));
  return (
    <fieldset className="group" data-field={path}>
      <legend>{say(field.title)}</legend>
      <Notes id={id} field={field} issues={issues.filter((i) => i.path === path)} />
      <ol className="list-items">
        {items.map((item, i) => {
          const label = `${say(field.itemTitle)} ${i + 1}`;
          return (
            <li key={i}>
              <div className="list-item-head">
                <span>{label}</span>
                <Button variant="subtle" color="gray" disabled={i === 0} onClick={() => move(i, i - 1)}>
                  ↑<span className="sr-only"> {t('form.up', { what: label })}</span>
                </Button>
                <Button variant="subtle" color="gray" onClick={() => onChange(items.toSpliced(i, 1))}>
                  <Icon name="trash" size={16} />
                  <span className="sr-only">{t('form.remove', { what: label })}</span>
                </Button>
              </div>
              <div className="list-item-fields">
                <Fields
                  fields={field.fields}
                  item={isItem(item) ? item : {}}
                  onField={(key, next) =>
                    onChange(items.with(i, withKey(isItem(item) ? item : {}, key, next)))
                  }
                  path={`${path}/${i}`}
                  issues={issues}
                  config={config}
                />
              </div>
            </li>
          );
        })}
      </ol>
      <Button variant="default" onClick={() => onChange([...items, blank(field.fields)])}>
        <Icon name="plus" size={16} /> {t('form.add', { what: say(field.itemTitle).toLowerCase() })}
      </Button>
    </fieldset>
  );
}

/** One of several kinds, each with fields of its own. */
export function VariantField({ field, value, onChange, path, issues, config }: Of<'variant'>) {
  const item = isItem(value) ? value : {};
  const variant = field.variants.find((v) => v.value === item[field.discriminator]);
  const id = idOf(path);
  return (
    <fieldset className="group" data-field={path}>
      <legend>{say(field.title)}</legend>
      <Notes id={id} field={field} issues={issues.filter((i) => i.path === path)} />
      <div className="segments">
        {field.variants.map((v) => (
          <button
            type="button"
            key={v.value}
            aria-pressed={v === variant}
            onClick={() => v !== variant && onChange(blankVariant(field.discriminator, v))}
          >
            {say(v.title)}
          </button>
        ))}
      </div>
      {variant && (
        <Fields
          fields={variant.fields.filter((f) => f.key !== field.discriminator)}
          item={item}
          onField={(key, next) => onChange(withKey(item, key, next))}
          path={path}
          issues={issues}
          config={config}
        />
      )}
    </fieldset>
  );
}

/** Any of several values. */
export function Choices({ field, value, onChange, path, issues }: Of<'choices'>) {
  const chosen = new Set(Array.isArray(value) ? value : []);
  const own = issuesAt(issues, path);
  const id = idOf(path);
  const toggle = (v: string | number): void => {
    chosen.has(v) ? chosen.delete(v) : chosen.add(v);
    // In the order of the choices, so that ticking twice is no change.
    onChange(field.choices.map((c) => c.value).filter((c) => chosen.has(c)));
  };
  return (
    <fieldset className="field ticks" data-field={path} aria-describedby={describe(id, field, own)}>
      <legend>{say(field.title)}</legend>
      <div className="tick-list">
        {field.choices.map((c) => (
          <Checkbox
            key={c.value}
            label={say(c.title)}
            checked={chosen.has(c.value)}
            onChange={() => toggle(c.value)}
          />
        ))}
      </div>
      <Notes id={id} field={field} issues={own} />
    </fieldset>
  );
}

/** Several items of another part, in order. */
export function References({ field, value, onChange, path, issues, config }: Of<'references'>) {
  const chosen: (string | number)[] = Array.isArray(value) ? value : [];
  const own = issuesAt(issues, path);
  const all = itemsOf(config, field.section);
  const id = idOf(path);
  const nameOf = (v: string | number): string => all.find((o) => o.value === v)?.name ?? String(v);
  const left = all.filter((o) => !chosen.includes(o.value));
  return (
    <div className="field" data-field={path}>
      <NativeSelect
        {...wording(field, id, own)}
        value=""
        disabled={left.length === 0}
        onChange={(e) => {
          const found = left.find((o) => String(o.value) === e.currentTarget.value);
          if (found) onChange([...chosen, found.value]);
        }}
      >
        <option value="">{left.length === 0 ? t('form.nothingLeft') : t('form.addOne')}</option>
        {left.map((o) => (
          <option key={o.value} value={o.value}>
            {o.name}
          </option>
        ))}
      </NativeSelect>
      <Chips names={chosen.map(nameOf)} onRemove={(i) => onChange(chosen.toSpliced(i, 1))} />
    </div>
  );
}

/** Several plain values, typed one by one or pasted with commas. */
export function Texts({ field, value, onChange, path, issues }: Of<'texts'>) {
  const texts: string[] = Array.isArray(value) ? value.map(String) : [];
  const own = issuesAt(issues, path);
  const id = idOf(path);
  const take = (input: HTMLInputElement): void => {
    const more = input.value
      .split(/[,;\n]+/)
      .map((part) => part.trim())
      .filter((part) => part !== '' && !texts.includes(part));
    input.value = '';
    if (more.length > 0) onChange([...texts, ...more]);
  };
  return (
    <div className="field" data-field={path}>
      <TextInput
        {...wording(field, id, own)}
        placeholder={t('form.typeAndEnter')}
        maxLength={field.maxLength}
        autoComplete="off"
        onBlur={(e) => take(e.currentTarget)}
        onKeyDown={(e) => {
          if (e.key !== 'Enter') return;
          e.preventDefault();
          take(e.currentTarget);
        }}
      />
      <Chips names={texts} onRemove={(i) => onChange(texts.toSpliced(i, 1))} />
    </div>
  );
}

/** Chosen things in order, each with a way to take it out. */
export function Chips({ names, onRemove }: { names: readonly string[]; onRemove(index: number): void }) {
  if (names.length === 0) return null;
  return (
    <ol className="chips">
      {names.map((name, i) => (
        <li key={`${name}-${i}`}>
          {name}
          <Button
            variant="subtle"
            color="gray"
            aria-label={t('form.remove', { what: name })}
            onClick={() => onRemove(i)}
          >
            <Icon name="close" size={14} />
          </Button>
        </li>
      ))}
    </ol>
  );
}

function withKey(item: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  const { [key]: _old, ...others } = item;
  return value === undefined ? others : { ...item, [key]: value };
}
