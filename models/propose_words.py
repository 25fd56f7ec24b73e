"""Names that columns and files go by, in English, German and French."""

from __future__ import annotations

import re
import unicodedata

COLUMNS: dict[str, dict[str, str]] = {
    "csms": {
        "csm_id": "csm id owner betreuer",
        "name": "name csm_name full_name nom",
        "email": "email mail e_mail courriel",
        "manager_id": "manager manager_id reports_to vorgesetzter",
        "engagement": "engagement",
    },
    "accounts": {
        "account_id": (
            "account_id account customer_id customer client_id client company_id organisation_id "
            "organization_id org_id tenant_id enrolment enrollment enrolment_id workspace_id kunden_nr "
            "kundennummer kunde kunden_id konto numero_client id_client code_client subscriber_id "
            "member_id user_id id"
        ),
        "name": (
            "account_name company_name company customer_name client_name name firma firmenname "
            "unternehmen kundenname societe entreprise nom_client raison_sociale nom"
        ),
        "segment": (
            "segment customer_segment tier module category size class kundensegment kundengruppe "
            "kategorie categorie secteur user_cohort cohort"
        ),
        "region": "region country state territory land bundesland gebiet pays departement",
        "plan": (
            "plan contract package subscription_type edition tarif paket abo vertrag forfait offre contrat"
        ),
        "industry": "industry sector branche industrie secteur_activite",
        "csm_id": (
            "csm_id csm account_manager owner owner_id betreuer kundenbetreuer responsable conseiller"
        ),
        "signed_on": (
            "signed_on signed signed_at started start_date start customer_since contract_start since "
            "signup_date signup signed_up created_at created activation_date joined registered "
            "vertragsbeginn kunde_seit beginn startdatum client_depuis date_debut date_inscription "
            "date_d_inscription debut date_signature"
        ),
        "renewal_on": (
            "renewal_on renewal renewal_date renews_on next_renewal contract_end verlaengerung "
            "verlaengerung_am vertragsende renouvellement date_renouvellement echeance"
        ),
        "churned_on": (
            "churned_on churned churn_date churned_at withdrew withdrawn cancelled canceled "
            "cancelled_at canceled_at cancellation_date left left_on exit_date gekuendigt gekuendigt_am "
            "kuendigung ausgetreten resilie resiliation date_resiliation date_de_resiliation "
            "date_depart parti_le churn"
        ),
        "outcome": "outcome result final_result status ergebnis resultat issue",
        "outcome_on": (
            "outcome_on result_date outcome_date ends ended end_date ended_on ende enddatum date_fin fin"
        ),
        "acquisition_cost": "acquisition_cost cac akquisitionskosten cout_acquisition",
        "monthly_cost_to_serve": "monthly_cost_to_serve cost_to_serve servicekosten",
        "gross_margin": "gross_margin margin marge rohmarge",
        "partner": "partner_name reseller partner_id vertriebspartner revendeur partner",
    },
    "contacts": {
        "contact_id": "contact_id contact kontakt_id id_contact person_id id",
        "account_id": "",
        "name": "name contact_name full_name ansprechpartner nom nom_complet",
        "role": "role title job_title position funktion rolle fonction poste",
        "email": "email mail e_mail email_address courriel adresse_mail",
        "phone": "phone telephone mobile phone_number telefon telefonnummer tel numero_telephone",
        "timezone": "timezone time_zone tz zeitzone fuseau_horaire",
        "preferred_channel": "preferred_channel channel bevorzugter_kanal canal_prefere",
        "is_champion": "is_champion champion",
        "is_sponsor": "is_sponsor sponsor",
        "do_not_contact": "do_not_contact opt_out unsubscribed nicht_kontaktieren ne_pas_contacter",
        "followers": "followers abonnes",
    },
    "subscriptions": {
        "account_id": "",
        "product": "product product_name plan item sku produkt produit",
        "starts_on": (
            "starts_on start_date start from valid_from period_start started beginn startdatum von "
            "debut date_debut"
        ),
        "ends_on": "ends_on end_date end until valid_to period_end ended ende enddatum bis fin date_fin",
        "mrr": (
            "mrr monthly_recurring_revenue monthly_revenue monthly_fee monthly_price monthly_charges "
            "monatsbetrag monatspreis montant_mensuel prix_mensuel"
        ),
        "currency": "currency waehrung devise",
    },
    "usage_events": {
        "account_id": "",
        "user_id": (
            "user_id user userid member_id person_id contact_id benutzer nutzer utilisateur visitor_id"
        ),
        "event": (
            "event event_name event_type action activity_type activity feature operation ereignis "
            "aktion aktivitaet evenement type page"
        ),
        "occurred_at": (
            "occurred_at timestamp event_time event_at time datetime date day created_at ts zeitpunkt "
            "zeitstempel zeit datum tag horodatage date_heure jour heure"
        ),
        "quantity": (
            "quantity count clicks sum_click hits qty amount duration n menge anzahl klicks quantite nombre"
        ),
    },
    "features": {
        "event": "event event_name ereignis evenement",
        "feature": "feature feature_name funktion fonction fonctionnalite label title name",
        "suite": "suite module area product bereich",
        "is_value": "is_value value_event valuable",
    },
    "survey_invitations": {
        "account_id": "",
        "contact_id": "contact_id contact respondent_id",
        "kind": "kind survey survey_type typ umfrage enquete",
        "sent_at": "sent_at sent invited_at invitation_date versandt_am gesendet envoye_le date_envoi",
    },
    "survey_responses": {
        "response_id": "response_id answer_id reponse_id antwort_id",
        "account_id": "",
        "contact_id": "contact_id contact respondent_id respondent",
        "kind": "kind survey survey_type umfrage enquete",
        "score": "nps nps_score csat csat_score ces ces_score score rating note bewertung punkte",
        "comment": (
            "comment comments verbatim feedback explanation explication reason kommentar begruendung "
            "commentaire remarque text"
        ),
        "responded_at": (
            "responded_at answered_at response_date submitted_at completed_at created_at timestamp date "
            "datetime day beantwortet_am datum antwortdatum date_reponse repondu_le jour"
        ),
    },
    "interactions": {
        "interaction_id": "interaction_id ticket_id case_id call_id activity_id id",
        "account_id": "",
        "contact_id": "contact_id contact requester_id",
        "channel": "channel type medium via kanal canal",
        "direction": "direction inbound richtung sens",
        "subject": "subject title topic betreff thema sujet objet",
        "opened_at": (
            "opened_at opened created_at created date started_at eroeffnet_am erstellt_am ouvert_le"
        ),
        "first_reply_at": "first_reply_at first_response_at replied_at erste_antwort premiere_reponse",
        "closed_at": "closed_at closed resolved_at solved_at geschlossen_am ferme_le resolu_le",
        "sentiment": "sentiment stimmung",
    },
    "handoffs": {
        "account_id": "",
        "from_team": "from_team from_stage von_team",
        "to_team": "to_team to_stage an_team",
        "handed_on": "handed_on handed_at handoff_date date uebergabe_am",
        "accepted_on": "accepted_on accepted_at angenommen_am",
    },
    "community_posts": {
        "post_id": "post_id id",
        "account_id": "",
        "contact_id": "contact_id contact author_id author",
        "kind": "kind type category",
        "posted_at": "posted_at posted created_at date",
        "replies": "replies answers antworten reponses",
        "likes": "likes upvotes votes",
        "views": "views aufrufe vues",
    },
    "referrals": {
        "referrer_account_id": "referrer_account_id referrer referred_by",
        "referred_name": "referred_name referred referral",
        "referred_on": "referred_on referral_date date",
        "won_on": "won_on won_at",
        "mrr": "mrr",
    },
}
"""Names of each canonical column, best first; an account_id of other facts is found by its values."""

FILES: dict[str, str] = {
    "csms": "csm csms",
    "accounts": "account accounts customer customers client clients learner learners kunde kunden konten",
    "contacts": "contact contacts people kontakte personnes",
    "subscriptions": "subscription subscriptions contract contracts mrr vertraege abonnements",
    "usage_events": "usage event events click clicks log activity nutzung ereignisse evenements",
    "features": "feature features",
    "survey_invitations": "invitation invitations einladungen",
    "survey_responses": "survey surveys nps csat ces response responses umfrage enquete reponses antworten",
    "interactions": "interaction interactions ticket tickets call calls gespraeche appels",
    "handoffs": "handoff handoffs",
    "community_posts": "community post posts forum",
    "referrals": "referral referrals empfehlungen",
}

SIGNS: dict[str, tuple[str, ...]] = {
    "csms": ("csm_id", "name"),
    "contacts": ("email",),
    "subscriptions": ("mrr", "starts_on"),
    "usage_events": ("event", "occurred_at"),
    "features": ("event", "feature"),
    "survey_invitations": ("kind", "sent_at"),
    "survey_responses": ("score",),
    "interactions": ("channel", "opened_at"),
    "handoffs": ("from_team", "to_team", "handed_on"),
    "community_posts": ("posted_at", "kind"),
    "referrals": ("referred_name", "referred_on"),
    "accounts": ("account_id",),
}
"""The columns by which a file is known to hold a fact."""

GOOD_ENDS = (
    "pass passed distinction won success successful renewed completed graduated bestanden reussi gagne"
)


def plain(name: str) -> str:
    """A name in small ASCII letters and digits, its parts joined by one underscore.

    >>> plain("customerID"), plain("Gekündigt am")
    ('customer_id', 'gekuendigt_am')
    """
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    for letter, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        name = name.replace(letter, pair)
    name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", name).strip("_")


def likeness(name: str, table: str, canonical: str) -> int:
    """How well a column's name suits a canonical column: 0 not at all, 100 the same word."""
    given = plain(name)
    if given == canonical:
        return 100
    known = COLUMNS[table].get(canonical, "").split()
    bare = given.replace("_", "")
    for rank, word in enumerate(known):
        if bare == word.replace("_", ""):
            return 90 - rank
    return 0
