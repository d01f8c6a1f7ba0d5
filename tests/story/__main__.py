"""`./run story [--json]`: play the story, tell it, and exit with an error if any step is not true."""

import argparse
import json
import sys
import traceback
from dataclasses import asdict

from conciergeries.embedded.children import tail
from conciergeries.embedded.demo import EXPECTED
from conciergeries.embedded.supervisor import Platform
from tests.story.answers import answer_orders
from tests.story.cast import Stage
from tests.story.desk import hand_over_orders
from tests.story.isolation import keep_towns_apart
from tests.story.merchants import admit_merchants
from tests.story.opening import open_towns
from tests.story.ordering import place_orders
from tests.story.post import Post
from tests.story.settings import set_up_towns
from tests.story.settlement import settle_merchants
from tests.story.telling import Teller
from tests.tools.served import served_platform
from tests.tools.servers import resolve_localhost

FIRST_PORT = 8600
# In the order of the life of an order; each raises an AssertionError when it is not true.
CHAPTERS = (
    open_towns,
    set_up_towns,
    admit_merchants,
    place_orders,
    answer_orders,
    hand_over_orders,
    settle_merchants,
    keep_towns_apart,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run story", description="Une commande vit toute sa vie.")
    parser.add_argument("--json", action="store_true", help="un objet JSON au lieu du récit")
    arguments = parser.parse_args()
    resolve_localhost()
    teller = Teller(silent=arguments.json)
    try:
        with served_platform(seed=False, first_port=FIRST_PORT) as platform:
            teller.begins(platform.url)
            _play(platform, teller)
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrompu.\n")
        return 130
    except EXPECTED as error:
        sys.stderr.write(f"\nErreur : {error}\n")
        return 1
    except Exception as error:  # noqa: BLE001  (whatever it is, the story is not true, and its reader is told why)
        sys.stderr.write(f"\nCe n’est pas vrai : {error}\n")
        return 1
    told = teller.ends()
    if arguments.json:
        sys.stdout.write(json.dumps(asdict(told), ensure_ascii=False, indent=2) + "\n")
    return 0


def _play(platform: Platform, teller: Teller) -> None:
    stage = Stage(platform=platform, post=Post(platform.folder.path / "mail"), teller=teller)
    try:
        for chapter in CHAPTERS:
            chapter(stage)
            platform.children.check()
    except Exception:
        # The logs go with the platform: what they say last is kept here.
        traceback.print_exc()
        for log in ("web.log", "worker.log"):
            sys.stderr.write(f"\n{log} :\n{tail(platform.folder.logs / log)}\n")
        raise
    teller.told.mails = [{"to": letter.to, "subject": letter.subject} for letter in stage.post.letters()]


if __name__ == "__main__":
    sys.exit(main())
