import { Anchor, Badge, Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import type { ApiError, Contact, ContactsPage } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { phone } from '../../format/phone.ts';
import { t, tn } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Link } from '../../router.tsx';
import { role } from '../../session.ts';
import { Icon } from '../../ui/icons.tsx';
import { Card, Empty, Failure, PlaceHead, Sheet } from '../../ui/parts.tsx';
import { PhonebookImport } from './phonebook-import.tsx';

const step = 50;

/** Whom the office knows: found while typing, filled from a table. */
export function PhonebookPlace() {
  const [params, setParams] = useSearchParams();
  const search = params.get('search') ?? '';
  const [asked] = useDebouncedValue(search, 150);
  const [limit, setLimit] = useState(step);
  const [open, setOpen] = useState<Contact | 'new' | 'import'>();
  const path = `/contacts?limit=${limit}${asked ? `&search=${encodeURIComponent(asked)}` : ''}`;
  const page = useBox<ContactsPage>(path, undefined, { keep: true });
  const mayWrite = role() === 'admin' || role() === 'supervisor';
  const book = page.value;
  const done = (): void => {
    setOpen(undefined);
    page.reload();
  };
  const add = (
    <Button data-add="contacts" onClick={() => setOpen('new')}>
      <Icon name="plus" size={16} /> {t('phonebook.add')}
    </Button>
  );
  return (
    <>
      <PlaceHead title={t('phonebook.title')} lead={t('phonebook.lead')} />
      {role() === 'admin' && (
        <nav className="tabs" aria-label={t('place.people')}>
          <Link to="/people">{t('phonebook.staff')}</Link>
          <Link to="/people/phonebook" className="on" aria-current="page">
            {t('phonebook.title')}
          </Link>
        </nav>
      )}
      <Card
        title={book ? tn('phonebook.total', book.total) : t('phonebook.title')}
        aside={
          mayWrite && (
            <Group gap="xs">
              <Button variant="default" data-import="contacts" onClick={() => setOpen('import')}>
                {t('phonebook.import')}
              </Button>
              {add}
            </Group>
          )
        }
      >
        <Stack>
          <TextInput
            id="phonebook-search"
            type="search"
            label={t('phonebook.search')}
            value={search}
            onChange={(event) => {
              const value = event.currentTarget.value;
              setLimit(step);
              setParams(value === '' ? {} : { search: value }, { replace: true });
            }}
          />
          <Failure error={page.failure} />
          {!book && !page.failure && <p className="waiting">{t('loading')}</p>}
          {book?.total === 0 && <Empty icon="people">{t('phonebook.empty')}</Empty>}
          {book && book.total > 0 && book.contacts.length === 0 && <p role="status">{t('phonebook.none')}</p>}
          <ul className="items">
            {book?.contacts.map((contact) => (
              <li key={contact.id}>
                <button
                  type="button"
                  className="item"
                  data-contact={contact.name}
                  onClick={() => setOpen(contact)}
                >
                  <span className="item-words">
                    <span className="item-line">
                      <strong>{contact.name}</strong>
                      {contact.company && <span>{contact.company}</span>}
                    </span>
                    <span className="dim">{contact.numbers.map(phone).join(' · ')}</span>
                  </span>
                  <Group gap={4}>
                    {contact.tags.map((tag) => (
                      <Badge key={tag} variant="default" tt="none">
                        {tag}
                      </Badge>
                    ))}
                  </Group>
                </button>
              </li>
            ))}
          </ul>
          <Group justify="space-between">
            {book?.next !== undefined && limit < 200 ? (
              <Button variant="default" onClick={() => setLimit(limit + step)}>
                {t('phonebook.more')}
              </Button>
            ) : (
              <span />
            )}
            {mayWrite && book && book.total > 0 && (
              <Group>
                <Anchor href="/api/v1/phonebook.xlsx" download>
                  {t('phonebook.xlsx')}
                </Anchor>
                <Anchor href="/api/v1/phonebook.csv" download>
                  {t('phonebook.csv')}
                </Anchor>
              </Group>
            )}
          </Group>
        </Stack>
      </Card>
      {open === 'import' && (
        <Sheet title={t('phonebook.import')} onClose={done}>
          <PhonebookImport onDone={page.reload} />
        </Sheet>
      )}
      {open && open !== 'import' && (
        <Sheet title={open === 'new' ? t('phonebook.new') : open.name} onClose={() => setOpen(undefined)}>
          <ContactForm contact={open === 'new' ? undefined : open} mayWrite={mayWrite} onDone={done} />
        </Sheet>
      )}
    </>
  );
}

interface FormProps {
  contact: Contact | undefined;
  mayWrite: boolean;
  onDone(): void;
}

function ContactForm({ contact, mayWrite, onDone }: FormProps) {
  const [name, setName] = useState(contact?.name ?? '');
  const [company, setCompany] = useState(contact?.company ?? '');
  const [numbers, setNumbers] = useState((contact?.numbers ?? []).map(phone).join('\n'));
  const [tags, setTags] = useState((contact?.tags ?? []).join(', '));
  const [note, setNote] = useState(contact?.note ?? '');
  const [error, setError] = useState<ApiError['error']>();
  const [busy, setBusy] = useState(false);
  const ask = async (method: string, body?: object): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await api(contact ? `/contacts/${contact.id}` : '/contacts', { method, ...(body && { body }) });
      onDone();
    } catch (thrown) {
      setError(failureOf(thrown));
      setBusy(false);
    }
  };
  const parts = (text: string, at: RegExp): string[] => text.split(at).flatMap((one) => one.trim() || []);
  const save = (): void =>
    void ask(contact ? 'PUT' : 'POST', {
      ...{ name, company, note },
      ...{ numbers: parts(numbers, /\n/), tags: parts(tags, /,/) },
    });
  const readOnly = !mayWrite;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Stack>
        <TextInput
          id="contact-name"
          label={t('phonebook.name')}
          value={name}
          required
          maxLength={200}
          readOnly={readOnly}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          id="contact-company"
          label={t('phonebook.company')}
          value={company}
          maxLength={200}
          readOnly={readOnly}
          onChange={(event) => setCompany(event.currentTarget.value)}
        />
        <Textarea
          id="contact-numbers"
          label={t('phonebook.numbers')}
          description={t('phonebook.numbersHelp')}
          value={numbers}
          rows={3}
          inputMode="tel"
          readOnly={readOnly}
          onChange={(event) => setNumbers(event.currentTarget.value)}
        />
        <TextInput
          id="contact-tags"
          label={t('phonebook.tags')}
          description={t('phonebook.tagsHelp')}
          value={tags}
          readOnly={readOnly}
          onChange={(event) => setTags(event.currentTarget.value)}
        />
        <Textarea
          id="contact-note"
          label={t('phonebook.note')}
          value={note}
          rows={3}
          maxLength={2000}
          readOnly={readOnly}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Failure error={error} />
        {mayWrite && (
          <Group>
            <Button type="submit" loading={busy} disabled={name.trim() === ''}>
              {t('phonebook.save')}
            </Button>
            <Button variant="default" onClick={onDone}>
              {t('phonebook.cancel')}
            </Button>
            {contact && (
              <Button variant="subtle" color="red" onClick={() => void ask('DELETE')}>
                {t('phonebook.remove')}
              </Button>
            )}
          </Group>
        )}
        {readOnly && <Text size="sm">{contact?.numbers.map(phone).join(', ')}</Text>}
      </Stack>
    </form>
  );
}
