from accounts.models import User
from consensus.models import Judgement
from consensus.services import own_draft


def writable(by: User, judgement_id: int) -> Judgement:
    """A draft that this person may write to. What is changed has to be signed anew."""
    draft = own_draft(by, judgement_id)
    if draft.role == Judgement.Role.CONSENSUS:
        draft.signatures.all().delete()
    return draft
